"""Error pages: kind words, a way on, no database."""

from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from liaison.base.errors import NotAllowed, StaleState
from liaison.base.web import views
from liaison.base.web.errors import EXPLANATIONS, error_page
from liaison.base.web.middleware import domain_errors


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(EXPLANATIONS))
def test_page_says_what_happened_without_a_query(
    rf: RequestFactory, status: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = error_page(rf.get("/somewhere/"), status)
    text = answer.content.decode()
    assert answer.status_code == status
    assert str(EXPLANATIONS[status].title) in text
    assert 'href="/"' in text


def test_unknown_address_is_kind_and_does_not_repeat_it(client: Client) -> None:
    answer = client.get("/no/<script>/such/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()
    assert "such" not in answer.content.decode().split("<main")[1].split("</main")[0]


def test_desk_leads_back_to_the_desk_and_not_to_the_residents_pages(rf: RequestFactory) -> None:
    said = error_page(rf.get("/desk/matters/ABC/"), 404).content.decode()
    assert "不在您的范围内" in said
    assert 'href="/desk/"' in said
    assert "扫码" not in said
    assert '<a class="btn" href="/t/">' not in said


@pytest.mark.parametrize(
    ("error", "status"), [(SuspiciousOperation("x"), 400), (RequestDataTooBig("x"), 413), (None, 400)]
)
def test_bad_request_is_told_from_a_large_one(rf: RequestFactory, error: Exception | None, status: int) -> None:
    assert views.bad_request(rf.post("/"), error).status_code == status


def test_reason_of_a_refusal_is_shown(rf: RequestFactory) -> None:
    assert "须由街道办理" in views.forbidden(rf.get("/"), PermissionDenied("须由街道办理")).content.decode()


def test_retry_is_offered_for_reading_only(rf: RequestFactory) -> None:
    assert "再试一次" in error_page(rf.get("/"), 503).content.decode()
    assert "再试一次" not in error_page(rf.post("/"), 503).content.decode()


def test_throttle_says_when_to_come_back(rf: RequestFactory) -> None:
    answer = views.too_many(rf.post("/"), 90)
    assert (answer.status_code, answer["Retry-After"]) == (429, "90")
    assert "大约 2 分钟后可以再试" in answer.content.decode()


def test_large_upload_keeps_hope(rf: RequestFactory) -> None:
    answer = views.too_large(rf.post("/"))
    assert answer.status_code == 413
    assert "少选几张照片" in answer.content.decode()


def test_htmx_gets_an_alert_and_a_message_for_the_toast(rf: RequestFactory) -> None:
    answer = error_page(rf.get("/", headers={"HX-Request": "true"}), 409)
    assert "<html" not in answer.content.decode()
    assert unquote(answer["X-Message"]) == str(EXPLANATIONS[409].text)


def test_old_form_leads_back_to_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/find/", {"code": "x"})
    assert answer.status_code == 403
    assert "请再提交一次" in answer.content.decode()


@pytest.mark.parametrize(("error", "status"), [(StaleState(), 409), (NotAllowed("这件事不归您办。"), 403)])
def test_refusal_that_no_view_caught_becomes_its_sentence(rf: RequestFactory, error: Exception, status: int) -> None:
    net = domain_errors(lambda _request: HttpResponse())
    answer = net.process_exception(rf.get("/"), error)  # type: ignore[attr-defined]
    assert answer.status_code == status
    assert str(error) in answer.content.decode()


def test_real_faults_are_left_to_the_500_page(rf: RequestFactory) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert domain_errors(view).process_exception(rf.get("/"), ValueError("x")) is None  # type: ignore[attr-defined]


def test_fault_shows_no_detail(rf: RequestFactory) -> None:
    try:
        raise ValueError("table users, line 3")
    except ValueError:
        answer = views.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "line 3" not in answer.content.decode()
