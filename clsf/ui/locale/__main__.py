"""python -m clsf.ui.locale: update the catalogues from the source."""

from clsf.ui.locale import LANGUAGES, catalogue_path, update

for language in LANGUAGES:
    texts, missing = update(language)
    print(f"{catalogue_path(language)}: {texts} texts, {missing} without a translation")
