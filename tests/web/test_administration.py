"""Administrators at their pages: setting up, changing what is under way with care, taking files in, auditing."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from tests.web.site import Client, Site

ADMIN = "system-administrator"
PAGES = (
    "/administration",
    "/administration/organisations",
    "/administration/organisations/new",
    "/administration/organisations/lcc",
    "/administration/forums",
    "/administration/forums/new",
    "/administration/forums/lcc-cabinet",
    "/administration/people",
    "/administration/people?words=cabinet&role=secretary",
    "/administration/people/new",
    "/administration/people/cabinet-secretary",
    "/administration/people/cabinet-secretary/change",
    "/administration/load",
    "/routes",
    "/routes/options-appraisal",
    "/routes/standard-budget",
    "/rules",
    "/rules/lcc-executive",
    "/audit",
    "/audit/verify",
    "/audit/installation",
    "/audit/installation?chain=forum:lcc-cabinet",
    "/audit/export",
)


@pytest.fixture
def admin(site: Site) -> Client:
    return site.as_(ADMIN)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_served(admin: Client, path: str) -> None:
    admin.get(path)
