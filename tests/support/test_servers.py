"""The servers of the second round are real, and a test may cut one off and bring it back."""

import psycopg2
import pytest
import redis

from tests.support.servers import PostgresServer, RedisServer


def test_redis_comes_back_after_a_power_cut() -> None:
    with RedisServer() as server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("key")
        server.start()
        assert client.get("key") is None  # nothing was kept on disk


def test_postgresql_keeps_its_data_over_a_restart() -> None:
    with PostgresServer() as server:
        connection = psycopg2.connect(server.url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE words AS SELECT '路灯𠮷' AS word")
        connection.close()
        server.stop()
        server.start()
        connection = psycopg2.connect(server.url)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT word, version() FROM words")
            word, version = cursor.fetchone() or ("", "")
        connection.close()
    assert word == "路灯𠮷"
    assert version.startswith("PostgreSQL")
    assert not server.folder.exists()
