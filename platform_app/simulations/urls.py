from django.urls import URLPattern

app_name = "simulations"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
