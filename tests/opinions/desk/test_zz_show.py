import pytest, collections
from tests.opinions.desk.test_desk_queries import *
pytestmark=pytest.mark.django_db
def test_show(world):
    for n in range(6): another(world,n)
    for reader in ("staff","helper","deputy_user","handler","district_staff"):
        c=sign_in(Client(), getattr(world,reader))
        for q in ("","?q=路灯"):
            a=asked(c,"/desk/"+q)
            print("=====",reader,q,len(a))
            for s in a: print("   ",s[:60].replace('"',''),"...",s[s.find(" FROM"):][:150])
