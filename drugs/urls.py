from django.urls import path

from drugs import views

urlpatterns = [
    path("drugs/", views.drug_list, name="drugs"),
    path("codes/<str:code>/", views.code, name="code"),
]
