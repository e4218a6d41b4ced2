from django.urls import URLPattern

app_name = "scenarios"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
