"""Signing in and out, the clock of a session, and one's own account."""

from django.urls import path
from django.views.generic import RedirectView

from estimator import people_views, secondfactor_views

urlpatterns = [
    path("sign-in/", people_views.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", people_views.SignInCode.as_view(), name="sign_in_code"),
    path("sign-out/", people_views.SignOut.as_view(), name="sign_out"),
    path("session/left/", people_views.session_left, name="session_left"),
    path("session/stay/", people_views.session_stay, name="session_stay"),
    path("session/over/", people_views.session_over, name="session_over"),
    path("account/", people_views.account, name="account"),
    path("account/kept/", people_views.kept, name="kept"),
    path("account/password/", people_views.Password.as_view(), name="password"),
    path("account/other-sessions/", people_views.other_sessions, name="other_sessions"),
    path("account/second-factor/", secondfactor_views.second_factor, name="second_factor"),
    path("account/second-factor/codes/", secondfactor_views.second_factor_codes, name="second_factor_codes"),
    path("account/second-factor/off/", secondfactor_views.second_factor_off, name="second_factor_off"),
    # The administration's own pages for the same things would know neither second factor nor audit log.
    path("admin/login/", people_views.SignIn.as_view()),
    path("admin/logout/", people_views.SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
]
