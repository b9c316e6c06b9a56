package health.helan.oversight.clearing;

import static health.helan.oversight.clearing.ClearingServer.ANN;
import static health.helan.oversight.clearing.ClearingServer.BOB;
import static health.helan.oversight.clearing.ClearingServer.ROOT;
import static health.helan.oversight.clearing.ClearingServer.entry;
import static health.helan.oversight.clearing.ClearingServer.instant;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.account.Posts;
import health.helan.oversight.books.FinanceStaff;
import java.nio.charset.Charset;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clearing over HTTP: who may do what, and a day of a channel from payments to its close. */
class ClearingApiTests {
  private static final Caller REGULATOR = ApiForTests.regulator();
  private static ClearingServer server;
  private LocalDate day;
  private String hospital;

  @BeforeAll
  static void start() {
    server = new ClearingServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void aNewDay() {
    day = server.newDay();
    hospital =
        server.created(
            ROOT,
            "{'resourceType':'Organization','id':'h-%s','name':'试验医院'}"
                .formatted(UUID.randomUUID()));
  }

  private static Reply upload(
      Caller caller, Counterpart of, LocalDate day, String more, byte[] file) {
    return server.send(
        caller,
        "POST",
        "../statements/" + of.name() + "/" + day + more,
        new String(file, Charset.forName("UTF-8")),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  private String span() {
    return "from=" + day + "&to=" + day.plusDays(2);
  }

  /** In UTF-8, as the test's client sends texts. */
  private static byte[] file(Entry... lines) {
    return new String(server.file(lines), Charset.forName("GB18030"))
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private Counterpart payer() {
    Counterpart payer = server.payer("");
    String json = ClearingServer.LAYOUT.replace("GB18030", "UTF-8");
    assertThat(server.call(ANN, "$clearing-layout", "code", "utf", "content", json).status())
        .isEqualTo(200);
    assertThat(
            server
                .call(
                    ANN,
                    "$clearing-terms",
                    "counterpart",
                    payer.name(),
                    "content",
                    "{\"zh\":\"医保\",\"en\":\"Insurance\",\"layout\":\"utf\",\"lists\":\"utf\"}")
                .value("revision"))
        .isEqualTo("2");
    return payer;
  }

  // ------------------------------------------------------------------ a day

  @Test
  void bringsADayOfAChannelFromPaymentsToItsClose() {
    var sim = new Counterpart(health.helan.oversight.ledger.AccountKind.CHANNEL, "sim");
    server.terms(sim, "");
    String order = server.pay(hospital, 25_50);
    String returned = server.pay(hospital, 10_00);
    var unused = server.payments.refund(ROOT, returned, 4_00L, "test", "k1");
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    String[] what = {"counterpart", sim.name(), "day", day.toString()};
    Reply fetched = server.call(ANN, "$clearing-fetch", what);
    assertThat(fetched.status()).as(fetched.text()).isEqualTo(200);
    assertThat(fetched.values("statement", "lines")).containsExactly("3");
    assertThat(fetched.values("statement", "in")).containsExactly("35.50");
    Reply matched = server.call(ANN, "$clearing-reconcile", what);
    assertThat(matched.values("book", "by-key")).containsExactly("3");
    assertThat(matched.values("book", "differences")).containsExactly("0");
    assertThat(matched.values("book", "ours-amount")).containsExactly("31.50");
    Reply lines =
        server.get(REGULATOR, "$clearing-lines?counterpart=" + sim.name() + "&day=" + day);
    assertThat(lines.values("line", "key"))
        .containsExactlyInAnyOrder(order + "-1", returned + "-1", returned + "-r1");
    Reply closed = server.call(ANN, "$clearing-close", "scope", sim.name(), "day", day.toString());
    assertThat(closed.values("close", "number")).containsExactly("1");
    assertThat(closed.text()).contains("institution %s 3 3550 400".formatted(hospital));
    assertThat(server.get(REGULATOR, "$clearing-days?" + span()).values("book", "state"))
        .containsExactly("closed");
  }

  // ------------------------------------------------------------------ who may

  @Test
  void isForTheCentreAndForRegulatorsToReadAndForNobodyElse() {
    Counterpart payer = payer();
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    byte[] file = file(entry("a", "", hospital, 1_00, instant(day, "08:00:00")));
    Caller doctor = ApiForTests.practitioner("d-" + UUID.randomUUID(), hospital);
    Caller resident = ApiForTests.resident("p1");
    Caller system = ApiForTests.system(hospital);
    for (Caller caller : new Caller[] {doctor, resident, REGULATOR}) {
      assertThat(upload(caller, payer, day, "", file).status()).as(caller.subject()).isEqualTo(403);
    }
    assertThat(server.send(null, "POST", "../statements/" + payer.name() + "/" + day, "x").status())
        .isEqualTo(401);
    Reply taken = upload(ANN, payer, day, "", file);
    assertThat(taken.status()).as(taken.text()).isEqualTo(200);
    assertThat(taken.values("statement", "side")).containsExactly("theirs");
    String[] what = {"counterpart", payer.name(), "day", day.toString()};
    for (String operation : new String[] {"$clearing-reconcile", "$clearing-fetch"}) {
      for (Caller caller : new Caller[] {doctor, resident, REGULATOR, system}) {
        assertThat(server.call(caller, operation, what).status())
            .as(operation + " " + caller.subject())
            .isEqualTo(403);
      }
    }
    assertThat(server.call(ANN, "$clearing-reconcile", what).status()).isEqualTo(200);
    for (String operation :
        new String[] {
          "$clearing-close", "$clearing-layout", "$clearing-terms", "$clearing-month-draw"
        }) {
      for (Caller caller : new Caller[] {doctor, resident, REGULATOR, system}) {
        assertThat(server.call(caller, operation).status())
            .as(operation + " " + caller.subject())
            .isIn(400, 403)
            .isNotEqualTo(200);
      }
    }
    assertThat(
            server
                .call(system, "$clearing-close", "scope", payer.name(), "day", day.toString())
                .status())
        .isEqualTo(403);
    for (String path :
        new String[] {
          "$clearing-days?" + span(), "$clearing-cases?" + span(), "$clearing-months?month=2027-01"
        }) {
      assertThat(server.get(REGULATOR, path).status()).as(path).isEqualTo(200);
      for (Caller caller : new Caller[] {doctor, resident}) {
        assertThat(server.get(caller, path).status()).as(path).isEqualTo(403);
      }
      assertThat(server.get(system, path).status()).as(path).isEqualTo(200);
    }
    for (String path :
        new String[] {
          "$clearing-day?counterpart=" + payer.name() + "&day=" + day,
          "$clearing-lines?counterpart=" + payer.name() + "&day=" + day
        }) {
      assertThat(server.get(REGULATOR, path).status()).as(path).isEqualTo(200);
      assertThat(server.get(system, path).status()).as(path).isEqualTo(200);
      for (Caller caller : new Caller[] {doctor, resident}) {
        assertThat(server.get(caller, path).status()).as(path).isEqualTo(403);
      }
    }
  }

  @Test
  void showsFinanceOfficersTheirInstitutionsCasesAlone() {
    Counterpart payer = payer();
    String doctor = "d-" + UUID.randomUUID();
    Caller officer = ApiForTests.practitioner(doctor, hospital);
    server.created(ROOT, "{'resourceType':'Practitioner','id':'%s'}".formatted(doctor));
    assertThat(server.get(officer, "$clearing-cases?" + span()).status()).isEqualTo(403);
    Reply role =
        server.create(
            ApiForTests.system(hospital),
            """
            {'resourceType':'PractitionerRole','practitioner':{'reference':'Practitioner/%s'},
             'organization':{'reference':'Organization/%s'},
             'code':[{'coding':[{'system':'%s','code':'%s'}]}]}"""
                .formatted(doctor, hospital, Posts.SYSTEM, FinanceStaff.OFFICER));
    assertThat(role.status()).as(role.text()).isEqualTo(201);
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    Entry own = entry("own", "", hospital, 1_00, instant(day, "08:00:00"));
    Entry other = entry("other", "", "h-other", 2_00, instant(day, "08:00:00"));
    Reply list = upload(officer, payer, day, "", file(own));
    assertThat(list.status()).as(list.text()).isEqualTo(200);
    assertThat(list.values("statement", "side")).containsExactly("institution");
    assertThat(upload(officer, payer, day, "?institution=h-other", file(other)).status())
        .isEqualTo(403);
    assertThat(upload(ANN, payer, day, "", file(own, other)).status()).isEqualTo(200);
    assertThat(
            server
                .call(
                    ANN, "$clearing-reconcile", "counterpart", payer.name(), "day", day.toString())
                .status())
        .isEqualTo(200);
    Reply cases = server.get(officer, "$clearing-cases?" + span() + "&counterpart=" + payer.name());
    assertThat(cases.values("case", "key")).containsExactly("own");
    String id = cases.values("case", "id").getFirst();
    String foreign =
        server
            .get(ANN, "$clearing-cases?" + span() + "&counterpart=" + payer.name())
            .all("case")
            .stream()
            .filter(one -> ApiForTests.part(one, "key").equals("other"))
            .map(one -> ApiForTests.part(one, "id"))
            .findFirst()
            .orElseThrow();
    assertThat(server.get(officer, "$clearing-case?id=" + foreign).status()).isEqualTo(404);
    assertThat(
            server
                .call(
                    officer,
                    "$clearing-case-step",
                    "id",
                    foreign,
                    "step",
                    "investigate",
                    "note",
                    "什么")
                .status())
        .isEqualTo(404);
    Reply seen =
        server.call(
            officer, "$clearing-case-step", "id", id, "step", "investigate", "note", "我方漏记");
    assertThat(seen.values("case", "state")).containsExactly("investigated");
    assertThat(seen.values("line", "side")).containsExactly("theirs", "institution");
    Reply proposed =
        server.call(
            officer,
            "$clearing-case-step",
            "id",
            id,
            "step",
            "propose",
            "note",
            "补记",
            "against",
            "institution");
    assertThat(proposed.text()).contains("remedy");
    assertThat(proposed.all("open")).as("the centre decides").isEmpty();
    for (String step : new String[] {"approve", "send-back", "close"}) {
      assertThat(
              server
                  .call(officer, "$clearing-case-step", "id", id, "step", step, "note", "同意")
                  .status())
          .as(step)
          .isEqualTo(403);
    }
    assertThat(
            server
                .call(ANN, "$clearing-case-step", "id", id, "step", "send-back", "note", "请补充")
                .values("case", "state"))
        .containsExactly("investigated");
    assertThat(
            server
                .call(
                    ANN,
                    "$clearing-case-step",
                    "id",
                    id,
                    "step",
                    "propose",
                    "note",
                    "补记",
                    "against",
                    "institution")
                .all("open"))
        .as("who proposed does not approve")
        .hasSize(1);
    Reply approved = server.call(BOB, "$clearing-case-step", "id", id, "step", "approve");
    assertThat(approved.values("case", "state")).containsExactly("adjusted");
  }

  @Test
  void showsAnInstitutionItsPartOfADayAndNothingOfOthers() {
    Counterpart payer = payer();
    Caller own = ApiForTests.system(hospital);
    String bill = server.bill(payer, hospital, 12_00);
    var unused = server.bill(payer, "h-other", 90_00);
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    Entry listed = entry(bill, "", hospital, 12_00, instant(day, "12:00:00"));
    Entry wrong = entry("lost", "", hospital, 3_00, instant(day, "08:00:00"));
    assertThat(upload(own, payer, day, "", file(listed, wrong)).status()).isEqualTo(200);
    assertThat(upload(ANN, payer, day, "", file(listed)).status()).isEqualTo(200);
    String of = "counterpart=" + payer.name() + "&day=" + day;
    assertThat(server.get(own, "$clearing-day?" + of).values("own", "ours"))
        .as("not matched yet")
        .containsExactly("");
    assertThat(
            server
                .call(
                    ANN, "$clearing-reconcile", "counterpart", payer.name(), "day", day.toString())
                .status())
        .isEqualTo(200);
    Reply seen = server.get(own, "$clearing-day?" + of);
    assertThat(seen.values("own", "ours")).containsExactly("1");
    assertThat(seen.values("own", "ours-in")).containsExactly("12.00");
    assertThat(seen.values("own", "listed-in")).containsExactly("15.00");
    assertThat(seen.values("own", "open")).containsExactly("1");
    assertThat(seen.values("statement", "side")).containsExactly("institution");
    assertThat(seen.all("book")).isEmpty();
    Reply lines = server.get(own, "$clearing-lines?" + of);
    assertThat(lines.values("line", "key")).containsExactly(bill);
    assertThat(server.get(ApiForTests.system("h-third"), "$clearing-lines?" + of).all("line"))
        .isEmpty();
    assertThat(server.get(REGULATOR, "$clearing-lines?" + of).all("line")).hasSize(2);
    Reply days = server.get(own, "$clearing-days?" + span());
    assertThat(days.all("book")).isEmpty();
    assertThat(days.values("own", "listed")).containsExactly("2");
    assertThat(days.values("own", "ours")).as("while the day is open").containsExactly("");
    assertThat(
            server
                .call(ANN, "$clearing-close", "scope", payer.name(), "day", day.toString())
                .status())
        .isEqualTo(200);
    days = server.get(own, "$clearing-days?" + span());
    assertThat(days.values("own", "state")).containsExactly("closed");
    assertThat(days.values("own", "ours-in")).containsExactly("12.00");
    assertThat(days.text()).doesNotContain("90.00").doesNotContain("102.00");
  }

  // ------------------------------------------------------------------ bad input

  @Test
  void answersBadInputWithASentenceAndKeepsNothing() {
    Counterpart payer = payer();
    server.at(day.plusDays(1), LocalTime.of(6, 0));
    String text =
        new String(
            file(entry("a", "", hospital, 1_00, instant(day, "08:00:00"))),
            java.nio.charset.StandardCharsets.UTF_8);
    Reply wrong =
        upload(
            ANN,
            payer,
            day,
            "",
            text.replace("1.00", "1.0x").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("Line 2").contains("Nothing was taken");
    assertThat(server.clearing.statements().list(payer, day)).isEmpty();
    assertThat(server.send(ANN, "GET", "../statements/" + payer.name() + "/" + day, null).status())
        .isEqualTo(405);
    assertThat(
            upload(
                    ANN,
                    payer,
                    day.plusDays(9),
                    "",
                    text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .status())
        .isEqualTo(422);
    for (String path :
        new String[] {
          "$clearing-days?from=2027-01-01&to=2026-01-01",
          "$clearing-days?from=2026-01-01&to=2027-01-01",
          "$clearing-days?from=x&to=y",
          "$clearing-cases?" + span() + "&state=lost",
          "$clearing-case?id=",
          "$clearing-months?month=2027-13",
          "$clearing-days?" + span() + "&colour=red"
        }) {
      assertThat(server.get(ANN, path).status()).as(path).isEqualTo(400);
    }
    assertThat(server.get(ANN, "$clearing-case?id=nobody").status()).isEqualTo(404);
    assertThat(server.get(ANN, "$clearing-month?id=nobody").status()).isEqualTo(404);
    assertThat(
            server
                .call(ANN, "$clearing-terms", "counterpart", payer.name(), "content", "{\"zh\":1}")
                .status())
        .isEqualTo(400);
    Reply file = server.get(REGULATOR, "$clearing-month-file?month=2027-01");
    assertThat(file.status()).isEqualTo(200);
    assertThat(file.text()).contains("应清算");
  }
}
