"""Making a calendar address of one's own."""

from __future__ import annotations

from web.forms.base import Form, chosen, radios


class MakeCalendar(Form):
    """Of what: one's own deadlines and meetings, or the meetings of one forum."""

    scope = radios("What is to be in it?", (), chosen("Choose what is to be in the calendar."))
