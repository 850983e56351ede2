"""HTML pages from Jinja2 templates, which escape every value unless it is marked as HTML."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ivr.translation import tr


@cache
def page_template(package: str, name: str) -> Template:
    """Return the HTML template ``name`` from the directory ``templates`` of ``package``.

    ``package`` is a Python package, such as ``ivr.voice``. Rendering escapes all values except
    those of the type :class:`markupsafe.Markup`. It raises jinja2.UndefinedError if the template
    uses a variable that was not given.
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
