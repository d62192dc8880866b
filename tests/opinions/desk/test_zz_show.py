import tests.opinions.desk.test_desk_queries as m
from tests.opinions.desk.test_desk_queries import world, pytest, asked, sign_in, Client, crowd, NOW
from tests.factories.matters import WAYS, bring_to
from opinions.matters.models import Matter
pytestmark=pytest.mark.django_db
def test_show(world):
    best={}
    for st in WAYS:
        x=bring_to(world,st)
        crowd(x, count=3, body=world.department, by=world.handler, now=NOW)
        for reader in m.MATTER_READERS:
            if not Matter.objects.visible_to(getattr(world,reader)).filter(pk=x.pk).exists(): continue
            c=sign_in(Client(), getattr(world,reader))
            a=asked(c,f"/desk/matters/{x.code}/")
            best[reader,st]=a
    for k,a in sorted(best.items(), key=lambda x:-len(x[1])): print(len(a), k)
    seen=set()
    for k,a in best.items():
        for s in a:
            key=s.split(" FROM ")[-1][:100] if " FROM " in s else s[:100]
            key=s[:30]+key[:60]
            if key not in seen: seen.add(key); print(k, s[:80].replace('"',''), s[s.find(" FROM"):][:200])
