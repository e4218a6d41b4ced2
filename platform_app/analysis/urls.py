from django.urls import URLPattern

app_name = "analysis"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
