"""Several tasks at once: each checked and reported on its own, their documents in one ZIP."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.errors import NotFound, NotValid
from core.signoffs.bulk import Chosen, decide_many, zip_documents
from core.signoffs.service import decide
from core.store import files
from tests.builders import an_organisation
from tests.core.signoffs.scene import Scene, a_slot, a_stage, begin, slot_of, states, text_hash


def test_one_refusal_stops_none_of_the_others(scene: Scene) -> None:
    rounds = [begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))], subject_id=n) for n in (1, 2, 3)]
    slots = [slot_of(current, "m_legal").id for current in rounds]
    decide(slots[1], "approved", scene.actor("m_legal"))
    chosen = [Chosen(slots[0], text_hash("текст 1")), Chosen(slots[1]), Chosen(slots[2], text_hash("иной"))]
    done = decide_many(chosen, "approved", "без замечаний", scene.actor("m_legal"))
    assert [one.done for one in done] == [True, False, False]
    assert "уже принято" in done[1].text
    assert "изменился" in done[2].text
    assert states(rounds[0])["m_legal"] == "approved"
    decision = slot_of(rounds[0], "m_legal").decision
    assert decision is not None
    assert decision.comment == "без замечаний"


def test_a_task_chosen_twice_is_decided_once(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    slot = slot_of(current, "m_legal").id
    done = decide_many([Chosen(slot), Chosen(slot)], "approved", "", scene.actor("m_legal"))
    assert [one.done for one in done] == [True]


def test_slots_of_different_kinds_are_not_decided_together(scene: Scene) -> None:
    visa = slot_of(begin(scene, [a_stage(a_slot("m_signer"))]), "m_signer").id
    signature = slot_of(begin(scene, [a_stage(a_slot("m_signer", "signature"))], subject_id=2), "m_signer").id
    with pytest.raises(NotValid, match="одного вида"):
        decide_many([Chosen(visa), Chosen(signature)], "approved", "", scene.actor("m_signer"))
    with pytest.raises(NotValid):
        decide_many([], "approved", "", scene.actor("m_signer"))


def test_a_hidden_task_is_reported_without_its_name(scene: Scene) -> None:
    slot = slot_of(begin(scene, [a_stage(a_slot("m_legal"))]), "m_legal").id
    scene.add("college", organisation=an_organisation("college"), name="stranger")
    (one,) = decide_many([Chosen(slot)], "approved", "", scene.actor("stranger"))
    assert (one.done, one.title, one.text) == (False, f"Задание {slot}", "Задание не найдено")


def test_the_documents_of_several_tasks_come_in_one_zip(scene: Scene) -> None:
    files().put("текст 1".encode())
    ids = []
    for number, text in ((1, "текст 1"), (2, "текст 1"), (3, "потерян")):
        ids.append(slot_of(begin(scene, [a_stage(a_slot("m_legal"))], subject_id=number, text=text), "m_legal").id)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zip_documents(ids, scene.actor("m_legal")))))
    assert archive.read("Предмет 1.docx") == "текст 1".encode()
    assert archive.testzip() is None
    assert f"{text_hash('текст 1')}  Предмет 1.docx" in archive.read("SHA256SUMS.txt").decode()
    assert "Предмет 3" in archive.read("Не сформировано.txt").decode()


def test_a_stranger_gets_no_documents(scene: Scene) -> None:
    slot = slot_of(begin(scene, [a_stage(a_slot("m_legal"))]), "m_legal").id
    scene.add("college", organisation=an_organisation("college"), name="stranger")
    with pytest.raises(NotFound):
        zip_documents([slot], scene.actor("stranger"))
