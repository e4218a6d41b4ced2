"""Tables small enough to be written all the time, with the relations that invalidation has to understand."""
# ruff: noqa: DJ008

from django.db import models


class Label(models.Model):
    pass


class Parent(models.Model):
    version = models.BigIntegerField()


class Child(models.Model):
    parent = models.ForeignKey(Parent, on_delete=models.CASCADE, related_name="children")
    version = models.BigIntegerField()
    labels = models.ManyToManyField(Label, related_name="children")


class Counter(models.Model):
    """A row that all writers increase."""

    version = models.BigIntegerField()


class Topic(models.Model):
    pass


class Post(models.Model):
    """Added by all writers under the same topics; the primary key comes from the sequence."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="posts")
    writer = models.IntegerField()
    number = models.BigIntegerField()
