package health.helan.care.results;

import static health.helan.care.results.ResultsServer.money;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a stay in hospital costs, day by day (住院每日清单). */
class DailyBillTests {
  private static final ResultsServer SERVER = ResultsServer.get();

  private final String hospital = SERVER.hospital();
  private final String patient = SERVER.patient();
  private final Caller self = ResultsServer.resident(patient);

  /** Owned by the hospital, as its system sends it. */
  private final Caller system = ResultsServer.system(hospital);

  private final String account =
      SERVER.created(
          system,
          """
          {'resourceType':'Account','status':'active','subject':[{'reference':'Patient/%s'}],'extension':[
            {'url':'https://helan.health/fhir/StructureDefinition/account-deposit','extension':[
              {'url':'amount','valueMoney':{'value':2000,'currency':'CNY'}},{'url':'date','valueDateTime':'2026-11-20T09:00:00+08:00'}]},
            {'url':'https://helan.health/fhir/StructureDefinition/account-deposit','extension':[
              {'url':'amount','valueMoney':{'value':500.50,'currency':'CNY'}},{'url':'date','valueDateTime':'2026-11-22'}]}]}\
          """
              .formatted(patient));
  private final String stay = stay("IMP", "Account/" + account);

  private String stay(String clazz, String account) {
    return SERVER.created(
        system,
        """
        {'resourceType':'Encounter','status':'in-progress','class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'%s'},
         'subject':{'reference':'Patient/%s'},'serviceProvider':{'reference':'Organization/%s','display':'第一人民医院'},
         'period':{'start':'2026-11-20T08:30:00+08:00'},'account':[{'reference':'%s'}]}\
        """
            .formatted(clazz, patient, hospital, account));
  }

  private String charge(String status, String when, String name, String amount, String more) {
    return SERVER.created(
        system,
        """
        {'resourceType':'ChargeItem','status':'%s','code':{'text':'%s'},'subject':{'reference':'Patient/%s'},
         'context':{'reference':'Encounter/%s'}%s%s%s}\
        """
            .formatted(
                status,
                name,
                patient,
                stay,
                when.isEmpty() ? "" : ",'occurrenceDateTime':'" + when + "'",
                amount.isEmpty()
                    ? ""
                    : ",'priceOverride':{'value':" + amount + ",'currency':'CNY'}",
                more));
  }

  private void threeDays() {
    charge(
        "billable",
        "2026-11-20T10:00:00+08:00",
        "床位费",
        "45.10",
        ",'quantity':{'value':1,'unit':'日'},'extension':[{'url':'https://helan.health/fhir/StructureDefinition/charge-insurance-class','valueCoding':{'code':'A'}}]");
    // Half past midnight of the 21st in Beijing is still the 20th in UTC.
    charge("billed", "2026-11-20T16:30:00Z", "心电监护", "0.20", "");
    charge(
        "billable",
        "2026-11-21T09:00:00+08:00",
        "0.9%氯化钠注射液",
        "10.05",
        ",'quantity':{'value':3,'unit':'袋'}");
    charge("entered-in-error", "2026-11-21T09:05:00+08:00", "氯化钾注射液", "99.99", "");
    charge("aborted", "2026-11-21T09:06:00+08:00", "胸部CT", "280", "");
    charge("not-billable", "2026-11-21T09:07:00+08:00", "复查血压", "5", "");
    charge("billable", "2026-11-21T09:08:00+08:00", "耗材", "", "");
    charge("planned", "2026-11-23", "明日检查", "300", "");
    charge("billable", "2026-11-22", "退药", "-3.35", ",'quantity':{'value':-1,'unit':'袋'}");
    charge("billable", "", "补记费", "1.005", "");
  }

  private Reply bill(Caller caller, String query) {
    return SERVER.get(caller, "Encounter/" + stay + "/$daily-bill" + query);
  }

  private static List<String> sums(Reply reply) {
    return reply.all("day").stream()
        .map(
            day ->
                ApiForTests.part(day, "date")
                    + " "
                    + money(day.path("part"), "sum")
                    + " "
                    + money(day.path("part"), "total"))
        .toList();
  }

  @Test
  void addsUpEachDayOfBeijingInWholeFen() {
    threeDays();
    Reply reply = bill(self, "");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(sums(reply))
        .containsExactly(
            "2026-11-20 45.10 45.10", "2026-11-21 10.25 55.35", "2026-11-22 -3.35 52.00");
    // Half a fen is rounded; what has no day is no day's, and stands in the whole.
    assertThat(money(reply.all("undated").getFirst().path("part"), "sum")).isEqualTo("1.01");
    assertThat(money(reply.json().path("parameter"), "total")).isEqualTo("53.01");
    assertThat(money(reply.json().path("parameter"), "deposit")).isEqualTo("2500.50");
    assertThat(money(reply.json().path("parameter"), "balance")).isEqualTo("2447.49");
    assertThat(reply.value("institution")).isEqualTo("Organization/" + hospital);
  }

  @Test
  void listsTheLinesOfADayWithWhatDoesNotCount() {
    threeDays();
    Reply reply = bill(self, "?date=2026-11-21");
    assertThat(sums(reply)).hasSize(2).last().isEqualTo("2026-11-21 10.25 55.35");
    assertThat(money(reply.json().path("parameter"), "total")).isEqualTo("55.35");
    assertThat(money(reply.json().path("parameter"), "deposit")).isEqualTo("2000.00");
    List<JsonNode> lines =
        reply
            .all("day")
            .getLast()
            .path("part")
            .valueStream()
            .filter(part -> part.path("name").asString().equals("line"))
            .toList();
    assertThat(
            lines.stream()
                .map(
                    line ->
                        ApiForTests.part(line, "name") + " " + ApiForTests.part(line, "standing")))
        .containsExactly(
            "心电监护 counted",
            "0.9%氯化钠注射液 counted",
            "氯化钾注射液 struck",
            "胸部CT struck",
            "复查血压 free",
            "耗材 unsettled");
    JsonNode saline = lines.get(1).path("part");
    assertThat(money(saline, "unit-price")).isEqualTo("3.35");
    assertThat(money(saline, "amount")).isEqualTo("10.05");
    assertThat(ApiForTests.first(saline, "unit")).isEqualTo("袋");
    assertThat(ApiForTests.first(reply.all("day").getLast().path("part"), "unsettled"))
        .isEqualTo("1");
    JsonNode first = bill(self, "?date=2026-11-20").all("day").getFirst().path("part");
    assertThat(first.toString()).contains("\"insurance\",\"valueCode\":\"A\"");
  }

  @Test
  void isForWhoSeesTheStay() {
    threeDays();
    assertThat(bill(ResultsServer.resident("nobody", patient), "").status()).isEqualTo(200);
    assertThat(bill(system, "").status()).isEqualTo(200);
    assertThat(bill(ResultsServer.practitioner("clerk", hospital), "").status()).isEqualTo(200);
    String elsewhere = SERVER.hospital();
    for (Caller caller :
        List.of(
            ResultsServer.resident(SERVER.patient()),
            ResultsServer.practitioner("d", elsewhere),
            ResultsServer.system(elsewhere))) {
      Reply refused = bill(caller, "");
      assertThat(refused.status()).isEqualTo(404);
      assertThat(refused.text()).doesNotContain("45.1");
    }
    for (Caller.Role role : List.of(Caller.Role.REGULATOR, Caller.Role.OPERATOR)) {
      assertThat(bill(ApiForTests.caller(role, ""), "").status()).isEqualTo(403);
    }
  }

  @Test
  void isOnlyOfStaysAndOfDaysThatAre() {
    String clinic = stay("AMB", "Account/" + account);
    Reply refused = SERVER.get(self, "Encounter/" + clinic + "/$daily-bill");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).startsWith("This encounter is no stay");
    assertThat(bill(self, "?date=2026-11-31").status()).isEqualTo(400);
    assertThat(bill(self, "?day=2026-11-20").status()).isEqualTo(400);
    assertThat(SERVER.get(self, "Encounter/no-such/$daily-bill").status()).isEqualTo(404);
    Reply empty = bill(self, "");
    assertThat(empty.all("day")).isEmpty();
    assertThat(money(empty.json().path("parameter"), "total")).isEqualTo("0.00");
  }
}
