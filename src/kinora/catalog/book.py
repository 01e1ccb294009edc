"""The catalog: judges orders, prices them, and says how big the result will be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import assert_never

import msgspec

from kinora import __version__
from kinora.catalog import prices, shapes
from kinora.catalog.edits import check_edit, check_order, edit_price, edit_shape
from kinora.catalog.models import NEGATIVE_PROMPT, Model, Models, load_models
from kinora.catalog.neural import NeuralVoice, find_voices
from kinora.catalog.rules import (
    among,
    check_fusion,
    check_inputs,
    check_multi_transition,
    listed,
)
from kinora.catalog.templates import Template, load_templates
from kinora.domain.asset import Asset
from kinora.domain.errors import (
    Invalid,
    NegativePromptTooLong,
    PromptTooLong,
    TemplateInactive,
    TemplateQuality,
)
from kinora.domain.order import (
    Edit,
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    Motion,
    MultiTransition,
    Order,
    TextToImage,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
    feature_of,
)
from kinora.domain.quote import Quote, Term, credits_of
from kinora.domain.shape import Shape

FAST_SECONDS = 5
DIGEST = 12
"""Letters of a digest that are enough to tell catalogs apart."""

Film = TextToVideo | ImageToVideo | Transition | Extend | Fusion
NewFilm = TextToVideo | ImageToVideo | Transition | Fusion | MultiTransition | VideoEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Models and templates, with the rules over them.

    `digest` names these very models and templates: two catalogs with the same one have the same
    prices.
    """

    models: Models
    templates: tuple[Template, ...]
    inactive: frozenset[str] = frozenset()
    digest: str = ""
    voices: tuple[NeuralVoice, ...] = ()

    @property
    def active(self) -> tuple[Template, ...]:
        """The templates that an operator has not switched off."""
        return tuple(each for each in self.templates if each.name not in self.inactive)

    def template(self, name: str) -> Template:
        """Return a template by its name; raise TemplateInactive."""
        for template in self.templates:
            if template.name == name:
                return template
        raise TemplateInactive(f"there is no template {name}")

    def template_by_id(self, number: int, *, kind: str) -> Template:
        """Return a template of a kind by its number; raise TemplateInactive."""
        for template in self.templates:
            if template.id == number and template.kind == kind:
                if template.name in self.inactive:
                    raise TemplateInactive("Current template is not activated")
                return template
        raise TemplateInactive(f"there is no {kind} template with id {number}")

    def check(self, order: Order) -> None:
        """Raise Invalid and its kin when an order cannot be accepted as it stands."""
        match order.ask:
            case TextToVideo() | ImageToVideo() | Transition() | Extend() | Fusion():
                self._check_film(order, order.ask)
            case MultiTransition():
                _among_qualities(self.models, order)
                check_multi_transition(order.ask, self._model(order), order)
            case VideoEffect(template=name, images=images):
                self._check_effect(order, self.template(name), len(images))
            case ImageEffect(template=name, images=images):
                self._check_count(self.template(name), len(images))
            case TextToImage(words=words):
                _check_words(words, max(model.prompt for model in self.models.models.values()))
            case Edit():
                check_order(self.models, order, order.ask)
            case Upscale():
                return
            case _:
                assert_never(order.ask)

    def check_inputs(self, order: Order, inputs: Sequence[Asset]) -> None:
        """Raise Invalid when the films that an order works on are too long or too large for it."""
        if isinstance(order.ask, Edit):
            check_edit(self.models, order.ask, inputs)
            return
        check_inputs(self.models.inputs, order, inputs)

    def price(self, order: Order, inputs: Sequence[Asset] = ()) -> int:
        """Return what an order costs, in credits; `inputs` in the order of `inputs_of`."""
        return credits_of(self.terms(order, inputs))

    def quote(self, order: Order, inputs: Sequence[Asset] = ()) -> Quote:
        """Return what an order costs and how that was found."""
        return Quote(terms=self.terms(order, inputs), catalog=self.digest)

    def terms(self, order: Order, inputs: Sequence[Asset] = ()) -> tuple[Term, ...]:
        """Return the parts of what an order costs."""
        match order.ask:
            case TextToVideo() | ImageToVideo() | Transition() | Extend() | Fusion():
                terms = prices.film_terms(self.models, order, order.ask, inputs)
            case MultiTransition():
                terms = prices.multi_transition_terms(self.models, order, order.ask)
            case VideoEffect(template=name) | ImageEffect(template=name):
                terms = (_template_term(self.template(name), order.quality),)
            case Upscale():
                terms = prices.upscale_terms(self.models, inputs)
            case Edit():
                terms = edit_price(self.models, order, order.ask, inputs)
            case TextToImage():
                terms = ()
            case _:
                assert_never(order.ask)
        return terms

    def shape(self, order: Order, inputs: Sequence[Asset] = ()) -> Shape:
        """Return the exact size of what an order makes; films from pictures follow the first."""
        match order.ask:
            case ImageEffect():
                shape = shapes.still_shape(inputs)
            case TextToImage():
                shape = shapes.text_still_shape(self.models, order)
            case Extend():
                shape = shapes.extend_shape(order, inputs)
            case Upscale():
                shape = shapes.upscale_shape(inputs)
            case Edit():
                shape = edit_shape(self.models, order, order.ask, inputs)
            case _:
                shape = self._film_shape(order, order.ask, inputs)
        return shape

    def _film_shape(self, order: Order, ask: NewFilm, inputs: Sequence[Asset]) -> Shape:
        match ask:
            case VideoEffect(template=name):
                seconds = self.template(name).seconds
                return shapes.film_shape(self.models, order, inputs, seconds=seconds)
            case MultiTransition(segments=segments):
                seconds = sum(segment.seconds for segment in segments)
                return shapes.film_shape(self.models, order, inputs, seconds=seconds)
            case Fusion():
                return shapes.fusion_shape(self.models, order, ask, inputs)
            case TextToVideo() | ImageToVideo() | Transition():
                return shapes.film_shape(self.models, order, inputs, seconds=order.seconds)

    def _check_effect(self, order: Order, template: Template, images: int) -> None:
        _among_qualities(self.models, order)
        self._check_count(template, images)
        if order.quality not in template.qualities:
            raise TemplateQuality

    def _check_film(self, order: Order, ask: Film) -> None:
        model = self._model(order)
        _among_qualities(self.models, order)
        if isinstance(ask, Fusion):
            check_fusion(self.models, order, ask)
        if not (isinstance(ask, Fusion) and order.seconds == 0):
            _check_seconds(order, model)
        if isinstance(ask, TextToVideo | Fusion) and order.aspect_ratio != shapes.AUTO:
            ratios = self.models.sizes[model.sizes][order.quality]
            among(f"aspect_ratio of model {order.model}", order.aspect_ratio, tuple(ratios))
        elif isinstance(ask, TextToVideo):
            raise Invalid("aspect_ratio auto is for fusions with films only")
        if getattr(ask, "multi_clip", False) and not model.multi_clip:
            raise Invalid(f"generate_multi_clip_switch is not offered by model {order.model}")
        _check_words(ask.words, model.prompt)
        _check_motion(order, model, ask.words)

    def _model(self, order: Order) -> Model:
        among("model", order.model, tuple(self.models.models))
        model = self.models.models[order.model]
        feature = feature_of(order.ask).value
        if feature not in model.features:
            raise Invalid(f"model {order.model} does not offer {feature.replace('_', ' ')}")
        return model

    def _check_count(self, template: Template, given: int) -> None:
        if given != template.images:
            raise Invalid(
                f"template {template.id} ({template.display_name}) takes {template.images} "
                f"image{'s' * (template.images != 1)}, not {given}"
            )


def _template_term(template: Template, quality: str) -> Term:
    what = f"template {template.name} {quality}".strip()
    return Term(what=what, unit=template.price(quality))


def _among_qualities(models: Models, order: Order) -> None:
    among("quality", order.quality, tuple(models.tiers))


def _check_seconds(order: Order, model: Model) -> None:
    seconds = model.seconds_at(order.quality)
    if order.seconds not in seconds:
        raise Invalid(
            f"duration must be {listed(seconds)} for model {order.model} at {order.quality}"
        )


def _check_motion(order: Order, model: Model, words: Words) -> None:
    if words.motion is not Motion.FAST or not model.fast:
        return
    if order.seconds != FAST_SECONDS or order.quality == "1080p":
        raise Invalid("motion_mode fast needs duration 5 and a quality below 1080p")


def _check_words(words: Words, longest: int) -> None:
    if len(words.prompt) > longest:
        raise PromptTooLong(f"Prompt length exceeds {longest} characters limit")
    if len(words.negative_prompt) > NEGATIVE_PROMPT:
        text = f"Negative prompt length exceeds {NEGATIVE_PROMPT} characters limit"
        raise NegativePromptTooLong(text)


@cache
def load(
    inactive: frozenset[str] = frozenset(),
    own_templates: Path | None = None,
    own_voices: Path | None = None,
) -> Catalog:
    """Return the catalog that ships with this version, with an operator's own templates and voices.

    `inactive` templates are switched off by name. Raises BadTemplates.
    """
    models, templates = load_models(), load_templates(own_templates)
    voices = find_voices(own_voices).voices if own_voices else ()
    return Catalog(
        models=models,
        templates=templates,
        inactive=inactive,
        voices=voices,
        digest=digest_of(models, templates),
    )


def digest_of(*tables: object) -> str:
    """Return this version and a short digest of price tables, by which a quote names them."""
    digest = hashlib.sha256(b"\n".join(msgspec.json.encode(table) for table in tables))
    return f"{__version__}/{digest.hexdigest()[:DIGEST]}"
