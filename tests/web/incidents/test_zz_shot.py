import pytest
from datetime import timedelta
from django.utils import timezone
from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.journal.flows import Actor
from tests.web.browsers import chromium, page_of, violations
from tests.web.incidents.conftest import say
pytestmark=[pytest.mark.django_db(transaction=True)]
@pytest.mark.parametrize("width",[1440,390])
def test_shot(page_of, members, open_one, width):
    inc=open_one(known_at=timezone.localtime()-timedelta(hours=3))
    n=members[Role.SECRETARY]; d=members[Role.HOLDER]
    page=page_of(d,width=width)
    out=[]
    def shot(name, url):
        r=page.goto(url); out.append((name,r.status,violations(page)[:4], page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")))
        page.screenshot(path=f"/tmp/e1/{name}-{width}.png",full_page=True)
    page.goto(u0:=f"/incidents/{inc.pk}/"); open("/tmp/e1/room.pdf","wb").write(page.pdf(format="A4",prefer_css_page_size=True)); shot("anormal","/anormal/")
    page.click("text=Écran bloqué"); page.screenshot(path=f"/tmp/e1/q2-{width}.png")
    u=f"/incidents/{inc.pk}/"
    shot("room0",u)
    say(inc,n,"isolate"); say(inc,n,"photo")
    flows.set_aware(Actor.of(d),inc,timezone.localtime()-timedelta(hours=1),"",now=timezone.localtime())
    flows.add_note(Actor.of(n),inc,"Tout le monde est prévenu.",now=timezone.localtime())
    shot("room",u)
    shot("step",u+"?etape=complaint")
    for s in ("journal","preuves","delais","marche","cloturer"): shot(s,u+s+"/")
    flows.change_playbook(Actor.of(d),inc,"provider_leak","x",now=timezone.localtime()); page.goto(u+"examen/"); page.click("main form button"); page.screenshot(path=f"/tmp/e1/exam-{width}.png",full_page=True)
    shot("prov",u)
    shot("list","/incidents/")
    for o in out: print(o)
