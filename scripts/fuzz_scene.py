"""What people do on an ordinary day: every operation of the document once, with success, each answer held against it.

Chance alone rarely writes a mark (the right enrolment, an assignment of its course, a score in range). What this leaves
behind (see `Scene.ids`) is what the fuzzing then draws its ids from.
"""

import time
import urllib.parse
import urllib.request

import schemathesis

YEAR, SEMESTER = 2025, "summer"
DAYS = ["2025-06-03", "2025-06-04", "2025-06-05"]
CARDS = {"pays": "4242424242424242", "declines": "4000000000009995"}


class Person:
    """Somebody signed in, whose requests are made and checked by the document."""

    def __init__(self, scene, token):
        self.scene, self.token = scene, token

    def __call__(self, method, path, body=None, query=None, media_type="application/json", status=(200, 201, 204), **ids):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given = {} if body is None else {"body": body, "media_type": media_type}
        case = self.scene.schema[path][method].Case(path_parameters=ids, query=query or {}, headers=headers, **given)
        answer = case.call()
        if answer.status_code not in status:
            raise SystemExit(f"The scene stopped at {method} {path} {ids}: {answer.status_code} {answer.text}\nsent: {body}")
        case.validate_response(answer)
        self.scene.done.add((method, path))
        return answer.json() if "json" in str(answer.headers.get("content-type")) else answer.text


class Scene:
    def __init__(self, url, tokens):
        self.url = url
        self.schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
        self.schema.config.update(base_url=f"{url}/api/v1")
        self.done, self.ids = set(), {}
        self.nobody = Person(self, None)
        self.ada, self.tina, self.root = (Person(self, tokens[actor]) for actor in ("student", "teacher", "admin"))

    def play(self, password):
        self.people(password)
        self.term_and_courses()
        self.registration()
        self.roll()
        self.marks()
        self.finals()
        self.calendar_and_transcript()
        self.money()
        self.reports()
        return self.ids

    def people(self, password):
        new = {"email": "scene@uems.test", "password": password, "full_name": "New Student"}
        self.nobody("POST", "/auth/register", new)
        login = {"email": new["email"], "password": password}
        pair = self.nobody("POST", "/auth/login", login)
        pair = self.nobody("POST", "/auth/refresh", {"refresh_token": pair["refresh_token"]})
        Person(self, pair["access_token"])("POST", "/auth/logout")
        self.student, self.teacher = (person("GET", "/auth/me")["id"] for person in (self.ada, self.tina))
        made = self.root("POST", "/users", {"email": "scene-staff@uems.test", "role": "teacher", "full_name": "New Teacher"})
        self.root("PUT", "/users/{id}", {"full_name": "Newer Teacher"}, id=made["id"])
        self.root("GET", "/users/{id}", id=made["id"])
        self.root("DELETE", "/users/{id}", id=made["id"])
        self.root("GET", "/users", query={"role": "student"})
        self.ids["user"] = [self.student, self.teacher, made["id"]]

    def term_and_courses(self):
        self.root("PUT", "/terms/{year}/{semester}", {"starts_on": "2025-06-02", "ends_on": "2025-08-22"}, year=YEAR, semester=SEMESTER)
        self.ada("GET", "/terms")
        self.ada("GET", "/institution")
        course = {"name": "Algebra of Scenes", "capacity": 50, "credits": "3.00", "semester": SEMESTER, "year": YEAR, "teacher_id": self.teacher}
        courses = [self.root("POST", "/courses", course | {"code": "CS980", "section": f"S{number}", "schedule": {}})["id"] for number in range(5)]
        self.ids["course"] = courses
        self.tina("PUT", "/courses/{id}", {"description": "About scenes."}, id=courses[0])
        self.root("DELETE", "/courses/{id}", id=courses.pop())
        self.ada("GET", "/courses/{id}", id=courses[0])
        self.ada("GET", "/courses", query={"semester": SEMESTER, "year": YEAR})
        self.ada("GET", "/courses/departments")
        self.ada("POST", "/courses/validate-schedule", {"course_ids": courses})

    def registration(self):
        first, second, third, fourth = self.ids["course"]
        taken = self.ada("POST", "/courses/{id}/enroll", {}, id=fourth)["id"]
        self.ada("DELETE", "/courses/{id}/enroll/{enrollment_id}", id=fourth, enrollment_id=taken)
        self.ada("POST", "/courses/{id}/enroll", {}, id=fourth)
        self.ada("POST", "/enrollments/swap", {"drop": fourth, "take": first})
        self.ada("POST", "/enrollments/cart", {"course_ids": [second, third]})
        self.tina("GET", "/courses/{id}/enrollments", id=first)
        self.tina("GET", "/courses/{id}/roster.csv", id=first)
        page = self.ada("GET", "/users/{id}/enrollments", query={"page_size": 100}, id=self.student)
        by_course = {item["course_id"]: item["id"] for item in page["items"]}
        self.ids["enrollment"] = [by_course[course] for course in (first, second, third)]

    def roll(self):
        course, place = self.ids["course"][0], self.ids["enrollment"][0]
        mark = {"enrollment_id": place, "date": DAYS[0], "status": "late"}
        record = self.tina("POST", "/attendance", mark)["id"]
        self.tina("PUT", "/attendance/{id}", {"status": "excused", "notes": "ill"}, id=record)
        bulk = {"date": DAYS[1], "records": [{"enrollment_id": place, "status": "absent"}]}
        self.tina("PUT", "/attendance/course/{course_id}/bulk", bulk, course_id=course)
        for path in ("/attendance/course/{course_id}", "/attendance/course/{course_id}/history"):
            self.tina("GET", path, course_id=course)
        for path in ("/attendance/enrollment/{enrollment_id}", "/attendance/enrollment/{enrollment_id}/history"):
            self.ada("GET", path, enrollment_id=place)
        self.tina("GET", "/attendance/absences")
        self.ada("GET", "/users/{id}/attendance", id=self.student)
        self.ids["attendance"] = [record]

    def marks(self):
        course, place = self.ids["course"][0], self.ids["enrollment"][0]
        columns = [self.column(course, name) for name in ("Essay", "Quiz", "Empty")]
        self.tina("PUT", "/grades/assignments/{id}", {"weight": "0.5"}, id=columns[0])
        self.tina("DELETE", "/grades/assignments/{id}", id=columns.pop())
        essay, quiz = ({"enrollment_id": place, "assignment_name": name, "score": "15.5"} for name in ("Essay", "Quiz"))
        grade = self.tina("POST", "/grades", essay)["id"]
        self.tina("PUT", "/grades/{id}", {"score": 16}, id=grade)
        gone = self.tina("POST", "/grades", quiz)["id"]
        self.root("DELETE", "/grades/{id}", id=gone)
        self.tina("PUT", "/grades/course/{course_id}/bulk", {"cells": [quiz | {"version": None}]}, course_id=course)
        self.tina("GET", "/grades/course/{course_id}/csv", course_id=course)
        file = f"enrollment_id,Quiz\n{place},12\n"
        self.tina("POST", "/grades/course/{course_id}/csv", file, media_type="text/csv", course_id=course)
        self.tina("GET", "/grades/course/{course_id}", course_id=course)
        for path in ("/grades/enrollment/{enrollment_id}", "/grades/enrollment/{enrollment_id}/history"):
            self.ada("GET", path, enrollment_id=place)
        self.ada("GET", "/users/{id}/grades", id=self.student)
        self.ids |= {"grade": [grade], "assignment": columns}

    def column(self, course, name):
        body = {"name": name, "assignment_type": "homework", "max_score": "20.00"}
        return self.tina("POST", "/grades/course/{course_id}/assignments", body, course_id=course)["id"]

    def finals(self):
        courses, places = self.ids["course"], self.ids["enrollment"]
        for course, place in zip(courses[1:3], places[1:3], strict=True):
            self.column(course, "Exam")
            self.tina("POST", "/grades", {"enrollment_id": place, "assignment_name": "Exam", "score": 18})
        self.tina("PUT", "/grades/enrollment/{enrollment_id}/final", {}, enrollment_id=places[1])
        self.tina("PUT", "/grades/course/{course_id}/final", {}, course_id=courses[2])
        change = {"reason": "misread", "cells": [{"assignment_name": "Exam", "score": 19}]}
        filed = [
            self.tina("POST", "/grades/enrollment/{enrollment_id}/change-requests", change, enrollment_id=place)["id"]
            for place in places[1:3]
        ]
        self.root("PUT", "/grades/change-requests/{id}", {"decision": "approve"}, id=filed[0])
        self.tina("GET", "/grades/change-requests")
        self.ids["request"] = filed[1:]

    def calendar_and_transcript(self):
        for person, who in ((self.ada, self.student), (self.tina, self.teacher)):
            feed = person("POST", "/users/{id}/calendar-feed", id=who)["url"]
            person("GET", "/users/{id}/calendar-feed", id=who)
            self.nobody("GET", "/calendar/{token}", token=feed.rsplit("/", 1)[-1])
        self.ids["token"] = [feed.rsplit("/", 1)[-1]]
        self.ada("DELETE", "/users/{id}/calendar-feed", id=self.student)
        signed = self.ada("GET", "/users/{id}/transcript", id=self.student)
        self.nobody("GET", "/transcripts/keys")
        self.nobody("POST", "/transcripts/verify", {"code": signed["code"]})

    def money(self):
        charge = {"user_id": self.student, "kind": "tuition", "amount": "100.00"}
        charges = [self.root("POST", "/charges", charge)["id"] for _ in range(3)]
        self.root("POST", "/charges/{id}/waive", {"reason": "scholarship", "amount": "10.00"}, id=charges[0])
        self.root("POST", "/charges/assess", {"semester": SEMESTER, "year": YEAR, "kind": "fees", "basis": "flat", "amount": "5.00"})
        self.ada("GET", "/charges")
        self.ada("GET", "/users/{id}/account", id=self.student)
        settings = self.ada("GET", "/payments/config")
        paid = self.pay(settings, {"charge_id": charges[0]}, "pays", "succeeded")
        failed = self.pay(settings, {"amount": "20.00", "payment_type": "fees"}, "declines", "failed")
        self.ada("POST", "/payments/{id}/retry", id=failed)
        for path in ("/payments/{id}/history", "/payments/{id}/receipt"):
            self.ada("GET", path, id=paid)
        self.root("POST", "/payments/{id}/refund", {"amount": "1.00", "reason": "asked for"}, id=paid)
        self.ada("GET", "/payments")
        self.root("POST", "/payments/reconciliation", {})
        self.root("GET", "/payments/reconciliation")
        self.ids |= {"payment": [paid, failed], "charge": charges}

    def pay(self, settings, body, card, ends):
        """Pays as a browser does, and waits until the provider's event has settled it."""
        ticket = self.ada("POST", "/payments/create-intent", body)
        secret, payment = ticket["client_secret"], ticket["payment_id"]
        url = f"{self.url}{settings['api_url']}/v1/payment_intents/{secret.split('_secret_')[0]}/confirm"
        number = {"number": CARDS[card], "exp_month": 12, "exp_year": YEAR + 9, "cvc": 123}
        form = {"key": settings["publishable_key"], "client_secret": secret, "payment_method_data[type]": "card"}
        form |= {f"payment_method_data[card][{name}]": value for name, value in number.items()}
        try:
            urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=30).close()
        except urllib.error.HTTPError as error:
            if error.code != 402:
                raise
        for _ in range(120):
            if self.ada("GET", "/payments/{id}", id=payment)["status"] == ends:
                # The answer to the provider's event is what the server counts; nobody sees it here.
                self.done.add(("POST", "/payments/webhook"))
                return payment
            time.sleep(0.5)
        raise SystemExit(f"The scene waited a minute for payment {payment} to be {ends}")

    def reports(self):
        for report in ("dashboard", "enrollments", "revenue", "performance", "unmet-demand"):
            self.root("GET", f"/analytics/{report}")
        self.root("GET", "/audit")
