"""The Lancashire cases from August into September 2023, played by a stopped clock: every letter, one line each.

The lines stand in `tests/snapshots/lancashire-2023.txt`, to be read against the dates of the cases. After a change that
is meant, write them anew with `WRITE_SNAPSHOTS=1`.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.office import LANCASHIRE, Office

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "lancashire-2023.txt"
APPRAISAL, DEAL = "options-appraisal-2023", "place-integration-deal-2023"


def played(office: Office) -> list[str]:
    """What happened in those weeks, with the letters between: acts are indented."""
    told: list[str] = []

    def until(london: str, act: str) -> None:
        told.extend(office.plays_to(london))
        told.append(f"    {london}  {act}")

    office.clock.to("2023-08-07 08:30")
    office.load(LANCASHIRE)
    until("2023-08-07 11:00", "the Place secretary puts the appraisal on the meeting of 21 August")
    office.place_secretary.does("bind", item=APPRAISAL, step="place-partnership", meeting="place-2023-08-21")
    until("2023-08-08 15:00", "the HWB secretary records what was resolved on the deal on 18 July")
    office.hwb_secretary.records(DEAL, "hwb", "endorsed", on="2023-07-18", text="Endorsed the ongoing work.")
    until("2023-08-10 16:00", "the owner submits the report to the Place Partnership")
    office.head_of_place.does("submit", item=APPRAISAL, step="place-partnership")
    until("2023-08-11 10:00", "the Place secretary puts it on the agenda")
    office.place_secretary.does("agenda", item=APPRAISAL, step="place-partnership")
    until("2023-08-23 14:00", "the Place secretary records the endorsement of 21 August, two days late")
    office.place_secretary.records(APPRAISAL, "place-partnership", "endorsed", on="2023-08-21")
    until("2023-08-24 09:30", "the HWB secretary puts it on 5 September; the owner submits the report, two days late")
    office.hwb_secretary.does("bind", item=APPRAISAL, step="hwb", meeting="hwb-2023-09-05")
    office.head_of_place.does("submit", item=APPRAISAL, step="hwb")
    until("2023-08-25 12:00", "the HWB secretary puts it on the agenda, on the last day")
    office.hwb_secretary.does("agenda", item=APPRAISAL, step="hwb")
    until("2023-09-05 17:00", "the HWB endorses, and its secretary records it the same day")
    office.hwb_secretary.records(APPRAISAL, "hwb", "endorsed", on="2023-09-05", text="Endorsed.")
    until("2023-09-06 15:00", "the Cabinet secretary gives notice on the last day, and binds 5 October")
    office.cabinet_secretary.does("notice", item=APPRAISAL, step="cabinet")
    office.cabinet_secretary.does("bind", item=APPRAISAL, step="cabinet", meeting="cabinet-2023-10-05")
    until("2023-09-11 09:30", "the end")
    return told


def test_a_month_of_letters_in_lancashire(office: Office) -> None:
    told = played(office)
    text = "\n".join(told) + "\n"
    if os.environ.get("WRITE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")
    letters = [line for line in told if not line.startswith(" ")]
    assert not [line for line in letters if line[:3] in ("Sat", "Sun") or "28 Aug" in line[:15]]
    assert len(set(letters)) == len(letters)
