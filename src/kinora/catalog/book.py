"""The catalog: judges orders, prices them, and says how big the result will be."""

from dataclasses import dataclass
from functools import cache

from kinora.catalog.models import NEGATIVE_PROMPT, Model, Models, load_models
from kinora.catalog.sizes import film_like, picture_like
from kinora.catalog.templates import Template, load_templates
from kinora.domain.errors import (
    Invalid,
    NegativePromptTooLong,
    PromptTooLong,
    TemplateInactive,
    TemplateQuality,
)
from kinora.domain.order import (
    ImageEffect,
    ImageToVideo,
    Motion,
    Order,
    TextToImage,
    TextToVideo,
    Transition,
    VideoEffect,
    Words,
    feature_of,
)
from kinora.domain.shape import Shape

FPS = 24
FAST_SECONDS = 5
UNKNOWN = (1024, 1024)
Film = TextToVideo | ImageToVideo | Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Models and templates, with the rules over them."""

    models: Models
    templates: tuple[Template, ...]

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
                return template
        raise TemplateInactive(f"there is no {kind} template with id {number}")

    def check(self, order: Order) -> None:
        """Raise Invalid and its kin when an order cannot be accepted as it stands."""
        match order.ask:
            case TextToVideo() | ImageToVideo() | Transition():
                self._check_film(order, order.ask)
            case VideoEffect(template=name, images=images):
                template = self.template(name)
                _among("quality", order.quality, tuple(self.models.tiers))
                self._check_count(template, len(images))
                if order.quality not in template.qualities:
                    raise TemplateQuality
            case ImageEffect(template=name, images=images):
                self._check_count(self.template(name), len(images))
            case TextToImage(words=words):
                self._check_words(words, max(model.prompt for model in self.models.models.values()))

    def price(self, order: Order) -> int:
        """Return what an order costs, in credits."""
        match order.ask:
            case TextToVideo() | ImageToVideo() | Transition():
                return self._film_price(order, order.ask)
            case VideoEffect(template=name) | ImageEffect(template=name):
                return self.template(name).price(order.quality)
            case TextToImage():
                return 0

    def shape(self, order: Order, *, like: tuple[int, int] | None) -> Shape:
        """Return the exact size of what an order makes.

        `like` is the size of the first input picture, which films and stills from pictures follow.
        """
        if isinstance(order.ask, ImageEffect):
            width, height = picture_like(like or UNKNOWN)
            return Shape(width=width, height=height, frames=1, fps=0)
        if like is None:
            width, height = self._table_size(order)
        else:
            width, height = film_like(like, area=self.models.tiers[order.quality])
        if isinstance(order.ask, TextToImage):
            return Shape(width=width, height=height, frames=1, fps=0)
        frames = self._seconds(order) * FPS
        return Shape(width=width, height=height, frames=frames, fps=FPS)

    def _seconds(self, order: Order) -> int:
        if isinstance(order.ask, VideoEffect):
            return self.template(order.ask.template).seconds
        return order.seconds

    def _table_size(self, order: Order) -> tuple[int, int]:
        table = self.models.sizes[self.models.models[order.model].sizes]
        return table[order.quality][order.aspect_ratio]

    def _check_film(self, order: Order, ask: Film) -> None:
        model = self._model(order)
        _among("quality", order.quality, tuple(self.models.tiers))
        seconds = model.seconds_at(order.quality)
        if order.seconds not in seconds:
            raise Invalid(
                f"duration must be {_listed(seconds)} for model {order.model} at {order.quality}"
            )
        if isinstance(ask, TextToVideo):
            ratios = self.models.sizes[model.sizes][order.quality]
            _among(f"aspect_ratio of model {order.model}", order.aspect_ratio, tuple(ratios))
        self._check_words(ask.words, model.prompt)
        self._check_motion(order, model, ask.words)

    def _check_motion(self, order: Order, model: Model, words: Words) -> None:
        if words.motion is not Motion.FAST or not model.fast:
            return
        if order.seconds != FAST_SECONDS or order.quality == "1080p":
            raise Invalid("motion_mode fast needs duration 5 and a quality below 1080p")

    def _check_words(self, words: Words, longest: int) -> None:
        if len(words.prompt) > longest:
            raise PromptTooLong(f"Prompt length exceeds {longest} characters limit")
        if len(words.negative_prompt) > NEGATIVE_PROMPT:
            text = f"Negative prompt length exceeds {NEGATIVE_PROMPT} characters limit"
            raise NegativePromptTooLong(text)

    def _model(self, order: Order) -> Model:
        _among("model", order.model, tuple(self.models.models))
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

    def _film_price(self, order: Order, ask: Film) -> int:
        model = self.models.models[order.model]
        own_sound = ask.sound is not None and model.audio
        added_sound = ask.sound is not None and not model.audio
        extra = self.models.extras.sound_effect_per_second * order.seconds * added_sound
        if model.price in self.models.by_second:
            table = self.models.by_second[model.price]["audio" if own_sound else "silent"]
            return table[order.quality] * order.seconds + extra
        fast = model.fast and ask.words.motion is Motion.FAST
        row = "audio" if own_sound else "fast" if fast else "silent"
        return self.models.by_film[model.price][row][order.seconds][order.quality] + extra


def _among(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Invalid(f"{what} must be {_listed(allowed)}, not {value!r}")


def _listed(values: tuple[str, ...] | tuple[int, ...]) -> str:
    if len(values) == 1:
        return str(values[0])
    return ", ".join(map(str, values[:-1])) + f" or {values[-1]}"


@cache
def load() -> Catalog:
    """Return the catalog that ships with this version."""
    return Catalog(models=load_models(), templates=load_templates())
