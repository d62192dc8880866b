"""The desk page of suggestions: what a model is worth, which one is used, how sure it must be, what its labels mean."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of
from liaison.base.jobs.services import start_job
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast, toast_outcome
from opinions.suggestion import services
from opinions.suggestion.drawing import picture
from opinions.suggestion.forms import MeaningForm, ThresholdForm
from opinions.suggestion.jobs import KIND
from opinions.suggestion.models import LabelMeaning, ModelStatus, SuggestionModel
from opinions.suggestion.queries import learned_from, meanings_of, versions

PAGES = "opinions/suggestion"
MOST_VERSIONS = 24


def _district(request: SignedIn) -> Organisation:
    """The district whose models concern the user, 404 for one without."""
    district = district_of(request.user.organisation) if request.user.organisation else None
    if district is None:
        raise Http404
    return district


def _model(request: SignedIn, version: int) -> SuggestionModel:
    return get_object_or_404(versions(_district(request)), version=version)


def _page_of(model: SuggestionModel) -> str:
    return reverse("suggestion:version", args=[model.version])


@require_safe
@requires(Permission.SUGGESTION_EDIT)
def overview(request: SignedIn) -> HttpResponse:
    """The model in use, else the newest candidate, else why there is none."""
    held = list(versions(_district(request))[:MOST_VERSIONS])
    used = next((one for one in held if one.status == ModelStatus.ACTIVE), None)
    return _show(request, used or next(iter(held), None), held)


@require_safe
@requires(Permission.SUGGESTION_EDIT)
def version(request: SignedIn, version: int) -> HttpResponse:
    """One model."""
    return _show(request, _model(request, version))


def _show(
    request: SignedIn,
    model: SuggestionModel | None,
    held: list[SuggestionModel] | None = None,
    form: ThresholdForm | None = None,
) -> HttpResponse:
    district = _district(request)
    context: dict[str, Any] = {
        "model": model,
        "versions": list(versions(district)[:MOST_VERSIONS]) if held is None else held,
        "learnable": learned_from(district).order_by().count(),
        **(_about(model, district, form) if model else {}),
    }
    status = 422 if form is not None else 200
    return render_page(request, f"{PAGES}/overview.html", f"{PAGES}/_model.html", context, status=status)


def _about(model: SuggestionModel, district: Organisation, form: ThresholdForm | None) -> dict[str, Any]:
    """The curve of a model with the form for its threshold, and what its labels mean."""
    meanings = [(one, _meaning_form(one)) for one in meanings_of(district, model.labels)]
    words = {one.label: one.words for one, _form in meanings}
    return {
        "classes": [
            {**one, "words": words.get(one["label"], one["label"])} for one in model.figures.get("by_class", ())
        ],
        "picture": picture(model.figures.get("curve", ()), model.threshold),
        "form": form or ThresholdForm(initial={"threshold": round(model.threshold * 100)}),
        "meanings": meanings,
        "unknown": [one.label for one, _form in meanings if one.category_id is None],
    }


def _meaning_form(meaning: LabelMeaning) -> MeaningForm:
    values = {"label": meaning.label, "category": meaning.category_id}
    return MeaningForm(auto_id=f"id_{meaning.pk}_%s", initial=values)


@require_POST
@requires(Permission.SUGGESTION_EDIT)
def train(request: SignedIn) -> HttpResponse:
    """Train a candidate in the background."""
    title, permission = _("训练类别建议模型"), Permission.SUGGESTION_EDIT
    job = start_job(kind=KIND, title=title, params={}, permission=permission, by=request.user, now=timezone.now())
    return go(request, reverse("jobs:job", args=[job.pk]))


@require_POST
@requires(Permission.SUGGESTION_EDIT)
def activate(request: SignedIn, version: int) -> HttpResponse:
    """Propose with this version from now on."""
    model = _model(request, version)
    text = _("第 %(version)d 版已启用，今后的事项按它提建议。") % {"version": model.version}
    toast_outcome(request, services.activate, text, model=model, by=request.user, now=timezone.now())
    return go(request, _page_of(model))


@require_POST
@requires(Permission.SUGGESTION_EDIT)
def stop(request: SignedIn, version: int) -> HttpResponse:
    """Propose nothing more."""
    model = _model(request, version)
    text = _("已停用，今后的事项没有类别建议，受理和分派不受影响。")
    toast_outcome(request, services.stop, text, model=model, by=request.user, now=timezone.now())
    return go(request, _page_of(model))


@require_POST
@requires(Permission.SUGGESTION_EDIT)
def threshold(request: SignedIn, version: int) -> HttpResponse:
    """Set how sure the model must be."""
    model, form = _model(request, version), ThresholdForm(request.POST)
    if not form.is_valid():
        return _show(request, model, form=form)
    share = form.cleaned_data["threshold"] / 100
    services.set_threshold(model=model, threshold=share, by=request.user, now=timezone.now())
    toast(request, _("门槛已改为 %(percent)d%%。") % {"percent": form.cleaned_data["threshold"]})
    return go(request, _page_of(model))


@require_POST
@requires(Permission.SUGGESTION_EDIT)
def meaning(request: SignedIn, version: int) -> HttpResponse:
    """Say which category a label means."""
    model, form = _model(request, version), MeaningForm(request.POST)
    if not form.is_valid():
        toast(request, form.errors.get("category", [services.UnknownLabel.message])[0], level=messages.ERROR)
        return go(request, _page_of(model))
    text = _("“%(label)s”的对应已保存。") % {"label": form.cleaned_data["label"]}
    given = {"by": request.user, "now": timezone.now(), **form.cleaned_data}
    toast_outcome(request, services.set_meaning, text, model=model, **given)
    return go(request, _page_of(model))
