"""What a resident says of a promise, on the tracking page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.base.web.decorators import public
from liaison.base.web.toasts import toast
from opinions.intake.forms import WordForm
from opinions.intake.supplying import word_from
from opinions.intake.tracking import acting_for
from opinions.intake.views.following import back, own, tracking_page
from opinions.promises.models import Promise


@public
@require_POST
def say(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """办到了 or 没有办到, by the private link. People who work here say nothing in a resident's place (rule 5)."""
    matter, reporter = own(request, code)
    if request.user.is_authenticated:
        words = _("您正以工作人员身份登录。办到没有，只能由居民本人来说，请退出登录后再打开这个链接。")
        return tracking_page(request, matter, reporter, status=403, refused=words)
    rows = Promise.objects.select_related("matter__street", "matter__district", "organisation")
    promise = rows.filter(pk=pk, matter__in={matter.pk, acting_for(matter).pk}).first()
    if promise is None or request.POST.get("done") not in ("yes", "no"):
        raise Http404
    form = WordForm(request.POST, request.FILES, promise_id=pk)
    done = request.POST["done"] == "yes"
    if word_from(form, promise=promise, reporter=reporter, done=done, now=timezone.now()):
        toast(request, _("谢谢，记下了。") if done else _("记下了，已经告诉办理单位和街道。"))
        return back(matter, reporter)
    said = " ".join(map(str, form.non_field_errors()))
    return tracking_page(request, matter, reporter, status=422, word=form, refused=said)
