from tests.journeys.conftest import NewPage, PHONE
from tests.support.accessibility import assert_accessible

def test_home(phone, desk, system):
    phone.goto("/")
    phone.screenshot(path="/tmp/home8101.png")
    assert_accessible(phone)
    desk.goto("/accounts/login/")
    assert_accessible(desk)
    assert "deputy" in system.listing_text() if hasattr(system, "listing_text") else "deputy" in system.log

def test_fails(phone):
    phone.goto("/")
    assert 0
