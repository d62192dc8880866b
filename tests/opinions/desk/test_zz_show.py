import pytest, collections
from tests.opinions.desk.test_desk_queries import *
pytestmark=pytest.mark.django_db
def test_show(world, matter):
    for n in range(6): another(world,n)
    crowd(matter, count=3, body=world.department, by=world.handler, now=NOW)
    for reader in LIST_READERS:
        c=sign_in(Client(), getattr(world,reader))
        for q in QUERIES:
            a=asked(c,"/desk/"+q)
            print("=====",reader,q,len(a))
            if len(a)>8: 
                for s in a: print("   ",s[:60].replace('"',''),"...",s[s.find(" FROM"):][:150])
    for reader in MATTER_READERS:
        c=sign_in(Client(), getattr(world,reader))
        a=asked(c,f"/desk/matters/{matter.code}/")
        print("=====",reader,len(a))
        if len(a)>12: 
                for s in a: print("   ",s[:60].replace('"',''),"...",s[s.find(" FROM"):][:150])
