"""Own images and uploaded files take no more space than the host allows."""

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from clsf.data import cache, quota
from clsf.data.upload import import_upload
from clsf.errors import DataError
from clsf.settings import Settings
from clsf.ui.held import limited
from tests.unit.test_data_upload import photos, zip_of

pytestmark = pytest.mark.usefixtures("data_folder")


def test_a_small_zip_does_not_become_a_large_set(monkeypatch):
    monkeypatch.setenv("CLSF_SET_MB", "1")
    with pytest.raises(DataError, match=r"Unpacked, these images take 2 MB, but one data set may take 1 MB"):
        import_upload(zip_of(photos(5)), "m", "anna", image_size=256)
    assert cache.names() == []
    assert import_upload(zip_of(photos(5)), "m", "anna", image_size=64).info.train == 10


def test_the_sets_of_one_and_of_all_are_counted(monkeypatch):
    monkeypatch.setenv("CLSF_SETS_MB_PER_SESSION", "1")
    import_upload(zip_of(photos(5)), "m", "anna", image_size=150)  # 675,000 bytes
    with pytest.raises(DataError, match="your data sets take 1 MB already"):
        import_upload(zip_of(photos(5)), "m", "anna", image_size=151)
    import_upload(zip_of(photos(5)), "m", "ben", image_size=150)
    with pytest.raises(DataError, match="only 1 MB are left here"):
        quota.require("cem", 700_000, Settings(sets_mb=2))


def test_files_that_wait_in_memory_are_limited():
    files = MemoryUploadedFileManager("/x")
    limited(files, Settings(held_mb_per_session=2, held_mb=3))

    def put(session, number, size):
        files.add_file(session_id=session, file=UploadedFileRec(str(number), "n", "t", bytes(size)))

    put("anna", 1, 1_500_000)
    with pytest.raises(HTTPException):
        put("anna", 2, 600_000)
    put("ben", 1, 1_400_000)
    with pytest.raises(HTTPException):
        put("cem", 1, 200_000)
    files.remove_session_files("anna")
    put("cem", 1, 200_000)
