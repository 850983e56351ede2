"""Fetch and remove voices; each error is one sentence that also names what works without them."""

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ivr.fetching import FetchError
from ivr.fetching.content import remove_unused
from ivr.fetching.download import DownloadProgress
from ivr.fetching.packed import Fetched, Packed, archive_name, fetch_packed, is_plain_name
from ivr.fetching.place import Origin, alone
from ivr.fetching.unpack import unpack, unpack_chosen
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.voice_archives import VOICE_ARCHIVES, VoiceArchive
from ivr.voice.voice_family import recognise_family
from ivr.voice.voices import KNOWN_VOICES, InstalledVoice, installed, voices_directory

_OWN_ROOM = 1_000_000_000
"""Octets of free disk needed for an archive that the table does not know: enough for kokoro."""


def find_archive(
    wanted: str, archives: Mapping[str, VoiceArchive] = VOICE_ARCHIVES
) -> tuple[VoiceArchive, str]:
    """Return the archive to fetch for ``wanted``, and the address or path to fetch it from.

    ``wanted`` is the name of a known voice, or the path or URL of an archive of sherpa-onnx. For a
    name the second result is "": the usual addresses. A path or URL is itself the second result; if
    its file name is that of a known archive, that archive is the first one. Raise VoiceError if
    ``wanted`` is none of these, or if an unknown archive has the name of a known voice.
    """
    if wanted in archives:
        return archives[wanted], ""
    file, name = archive_name(wanted)
    if not name:
        raise VoiceError(
            tr(
                "there is no voice {wanted!r} to fetch: take {known}, or an archive of sherpa-onnx "
                "(a file or URL that ends with .tar.bz2)"
            ).format(wanted=wanted, known=", ".join(archives))
        )
    for archive in archives.values():
        if archive.packed.is_at(file):
            return archive, wanted
    if name in KNOWN_VOICES:
        raise VoiceError(
            tr("{name} is the name of another voice: give the file {file} another name").format(
                name=name, file=file
            )
        )
    return VoiceArchive(Packed(name, (), "", None, _OWN_ROOM)), wanted


def fetch_voice(
    archive: VoiceArchive, progress: DownloadProgress, *, source: str = "", sha256: str = ""
) -> Fetched:
    """Install the voice of ``archive`` in the directory of voices, replacing an installed one.

    ``source`` is the URL of a mirror or the path of the archive; "" means the usual addresses.
    ``sha256`` is the expected hash; "" means the known one. ``progress`` is called after each read
    with the octets fetched so far and the length of the archive. After a VoiceError the installed
    voice is as it was before. Raise OSError if there is no directory for a cache.
    """
    home = voices_directory()

    def fill(packed: Path, directory: Path, origin: Origin) -> None:
        _fill(archive, packed, directory, origin)

    try:
        return fetch_packed(
            archive.packed,
            home,
            progress,
            fill,
            command="ivr voices fetch",
            source=source,
            sha256=sha256,
        )
    except FetchError as error:
        reason = str(error)
    except OSError as error:
        reason = tr(
            "the voice {name} cannot be written to {directory} ({reason}): make room, or set "
            "IVR_VOICES to a directory that you may write"
        ).format(name=archive.packed.name, directory=home, reason=error.strerror or error)
    raise VoiceError(
        tr("{reason}; until then use `ivr prompts render --engine espeak`").format(reason=reason)
    )


def _fill(archive: VoiceArchive, packed: Path, directory: Path, origin: Origin) -> None:
    """Unpack the file ``packed`` into ``directory``, and write the description of the voice there.

    Files that are not used are deleted. ``archive`` has facts about the voice, ``origin`` the
    address and the hash of the file; both go into the description. Raise UnpackError if the file is
    damaged or is no voice.
    """
    name = archive.packed.name
    known = KNOWN_VOICES.get(name)
    if archive.members:
        files = {role: PurePosixPath(member).name for role, member in archive.members.items()}
        chosen = {member: files[role] for role, member in archive.members.items()}
        unpack_chosen(packed, chosen, directory)
        engine = family = name
    else:
        unpack(packed, "", directory)
        engine = "sherpa"
        family, files = recognise_family(directory)
        remove_unused(directory, {name for names in files.values() for name in names.split(",")})
    InstalledVoice(
        name,
        engine,
        family,
        files,
        known.licence if known else "",
        known.commercial if known else None,
        origin.url,
        origin.sha256,
        archive.sample_rate,
        archive.speaker,
    ).write(directory)


def remove_voice(name: str) -> Path:
    """Remove the fetched voice ``name``; return the directory that it had.

    Raise VoiceError if it is not installed or cannot be removed.
    """
    directory = installed(name) if is_plain_name(name) else None
    if directory is None:
        raise VoiceError(
            tr("no voice {name!r} was fetched: `ivr voices list` shows what is there").format(
                name=name
            )
        )
    try:
        with alone(directory.parent, name, "ivr voices fetch"):
            shutil.rmtree(directory)
    except FetchError as error:
        raise VoiceError(str(error)) from None
    except OSError as error:
        raise VoiceError(
            tr("{directory} cannot be removed ({reason}): correct its owner or permissions").format(
                directory=directory, reason=error.strerror or error
            )
        ) from None
    return directory
