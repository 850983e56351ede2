"""HTML pages from Jinja2 templates, which escape every value unless it is marked as HTML."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ivr.translation import tr


@cache
def page_template(package: str, name: str) -> Template:
    """Return the template ``name`` from the directory ``templates`` of a package.

    Values are escaped, except those that are :class:`markupsafe.Markup`. Rendering raises
    jinja2.UndefinedError for a variable that was not given, so that a page never has an empty
    place.
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["tr"] = tr
    return environment.get_template(name)
