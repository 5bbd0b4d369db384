"""Approval routes: their definitions, how they are read, checked and drawn. (URL handlers are "views".)"""
