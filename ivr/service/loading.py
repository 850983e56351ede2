"""Loads all files that the settings name, before the first call; a wrong file is a StartError."""

from ivr.asterisk.manager import Ami
from ivr.asterisk.mix_monitor import is_one_word
from ivr.config import ConfigError, Settings, read_secret
from ivr.dialogue.row import MUSIC
from ivr.etiquette.sheet import Sheet, SheetError
from ivr.recognition.files import ModelError
from ivr.recognition.silero import SileroModel
from ivr.records.channels import channels
from ivr.records.database import DatabaseError, connect, url_of
from ivr.records.notify import Notifier
from ivr.records.recorder import RecordingKeeper
from ivr.translation import tr
from ivr.understanding.phrases import PhraseError
from ivr.understanding.understander import Understander
from ivr.words import phrase_files
from ivr.words.catalogue import SILENCE, Catalogue, CatalogueError
from ivr.words.composition import Vocabulary, VocabularyError
from ivr.words.wording import read_sheet, read_vocabulary


class StartError(Exception):
    """The service cannot start; the message is one sentence that names setting and remedy."""


def load_sheet(settings: Settings) -> Sheet:
    """Return the etiquette sheet; raise StartError when its file is missing or wrong."""
    try:
        return read_sheet(settings.prompts.sheet)
    except SheetError as error:
        raise StartError(f"prompts.sheet: {error}") from None


def load_catalogue(settings: Settings, sheet: Sheet) -> Catalogue:
    """Return the catalogue of the rendered prompts, by which their sound files are found.

    Raise StartError if the catalogue cannot be used, or if a prompt of ``sheet`` has no file.
    """
    try:
        catalogue = Catalogue.load(settings.prompts.directory)
        for id in (SILENCE, MUSIC.id, *(prompt.id for prompt in sheet.fragments())):
            if not catalogue.path(id).is_file():
                raise CatalogueError(
                    tr("prompt {id} has no file {file}: run `ivr prompts render`").format(
                        id=id, file=catalogue.path(id)
                    )
                )
            catalogue.samples(id)
    except CatalogueError as error:
        raise StartError(f"prompts.directory: {error}") from None
    return catalogue


def load_vocabulary(settings: Settings) -> Vocabulary:
    """Return the values that can be spoken in the slots of prompts.

    Raise StartError when a table of values is missing or wrong.
    """
    try:
        return read_vocabulary(settings.prompts.sheet.parent)
    except (VocabularyError, OSError) as error:
        raise StartError(
            tr("prompts.sheet: the tables beside it: {error}").format(error=error)
        ) from None


def load_understander(settings: Settings) -> Understander:
    """Return the understander, which finds the meaning of a caller's words.

    Raise StartError when a file of example phrases is wrong.
    """
    try:
        return phrase_files.read_understander(settings.prompts.sheet)
    except PhraseError as error:
        raise StartError(
            tr("prompts.sheet: the phrases beside it: {error}").format(error=error)
        ) from None


def load_voice_detector() -> SileroModel:
    """Return the voice detector of all calls; raise StartError when its file cannot be read."""
    try:
        return SileroModel.load()
    except ModelError as error:
        raise StartError(str(error)) from None


def manager(settings: Settings) -> Ami | None:
    """Return the client of the manager interface, not yet connected; None if ami.host is empty.

    Raise StartError when its secret cannot be read: that is an error of the settings, not a fault
    of the PBX.
    """
    ami = settings.ami
    if not ami.host:
        return None
    try:
        secret = read_secret(ami.secret_file, "ami.secret_file")
    except ConfigError as error:
        raise StartError(str(error)) from None
    if secret is None:
        raise StartError(
            tr(
                "ami.secret_file is not set: name the file with the secret of "
                "manager.conf, or leave ami.host empty"
            )
        )
    return Ami(ami.host, ami.port, ami.user, secret.get_secret_value())


def notifier(settings: Settings) -> Notifier:
    """Return the notifier, which notifies the supervisor of tickets.

    Raise StartError when a setting of its channels or of the database is wrong.
    """
    try:
        engine = connect(url_of(settings.records))
        return Notifier(engine, channels(settings.notify), settings.notify.kinds)
    except (ConfigError, DatabaseError) as error:
        raise StartError(str(error)) from None


def recorder(settings: Settings) -> RecordingKeeper:
    """Return the keeper of recordings, which joins the files that Asterisk writes.

    Raise StartError when the path of their directory has characters that a command to Asterisk
    cannot hold, or when a setting of the database is wrong.
    """
    place = settings.recording.on_the_pbx
    if settings.recording.mode != "off" and not is_one_word(place):
        raise StartError(
            tr(
                "recording.directory = {place} holds characters that Asterisk's "
                "commands interpret: choose a path of letters, digits, full stops, "
                "hyphens and underscores"
            ).format(place=place)
        )
    try:
        return RecordingKeeper(settings.recording, connect(url_of(settings.records)))
    except (ConfigError, DatabaseError) as error:
        raise StartError(str(error)) from None
