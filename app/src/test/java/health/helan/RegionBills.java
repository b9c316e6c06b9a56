package health.helan;

import static health.helan.DemoRegion.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Charges of the demo region, from the system that writes them to the last fen. */
final class RegionBills {
  private RegionBills() {}

  private static String part(JsonNode of, String name) {
    return ApiForTests.part(of, name);
  }

  /** Whose bill it is, who settles it, and the system of the institution that charges. */
  record Parties(Person resident, Person cashier, Person system) {}

  /** Pays on line, all by one code of the first channel that takes so many; answers the orders. */
  static List<JsonNode> pays(Person resident, String... payables) {
    String channel =
        ok(resident.get("$pay-channels")).all("channel").stream()
            .filter(one -> payables.length == 1 || part(one, "together").equals("true"))
            .map(one -> part(one, "code"))
            .findFirst()
            .orElseThrow();
    List<String> asks = new ArrayList<>(List.of("channel", channel));
    for (String payable : payables) {
      asks.add("payable");
      asks.add(payable);
    }
    Reply asked = ok(resident.call("$pay", asks.toArray(String[]::new)));
    Set<String> codes = Set.copyOf(asked.values("order", "code"));
    assertThat(codes).hasSize(1);
    ok(resident.call("$pay-simulate", "code", codes.iterator().next()));
    String number = asked.values("order", "number").getFirst();
    List<JsonNode> orders = ok(resident.get("Invoice/" + number + "/$pay-status")).all("order");
    assertThat(orders)
        .hasSize(payables.length)
        .allMatch(order -> part(order, "state").equals("paid"));
    return orders;
  }

  /** Employees' basic insurance, without which nobody shares a bill. */
  static void insured(Person operator, String patient, String payor) {
    ok(
        operator.write(
            """
            {'resourceType':'Coverage','status':'active','type':{'coding':[{'code':'310'}]},'identifier':[{'value':'J-1'}],
              'beneficiary':{'reference':'%s'},'payor':[{'reference':'Organization/%s'}]}\
            """
                .formatted(patient, payor)));
  }

  /** What the ledger says that the institution is owed, in yuan. */
  private static BigDecimal owed(Person system, String institution) {
    return ok(system.get("$ledger-accounts?kind=institution&owner=" + institution))
        .all("account")
        .stream()
        .filter(account -> part(account, "owner").equals(institution))
        .map(account -> new BigDecimal(part(account, "balance")))
        .findFirst()
        .orElse(BigDecimal.ZERO);
  }

  /**
   * @param visit null: the charge is of none
   */
  static String charge(Person system, String patient, @Nullable String visit, String code) {
    String context = visit == null ? "" : "'context':{'reference':'" + visit + "'},";
    return ok(system.write(
            """
            {'resourceType':'ChargeItem','status':'billable','subject':{'reference':'%s'},
              %s'occurrenceDateTime':'%s','quantity':{'value':1},
              'performingOrganization':{'reference':'Organization/%s'},
              'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/demo-charge','code':'%s'}]}}\
            """
                .formatted(
                    patient,
                    context,
                    Instant.now().truncatedTo(ChronoUnit.SECONDS),
                    system.me().path("institution").asString(),
                    code)))
        .id();
  }

  /**
   * Settles what is reckoned: payers agree, own money is paid, the shares are the bill.
   *
   * @return the sum, in yuan
   */
  private static BigDecimal settled(Person resident, Person cashier, String claim) {
    JsonNode settled = ok(cashier.call(claim + "/$settle")).all("bill").getFirst();
    assertThat(part(settled, "state")).isEqualTo("owing");
    var unused =
        pays(
            resident,
            ok(resident.call(resident.self() + "/$collect-bills", "claim", claim))
                .value("payable"));
    JsonNode paid = ok(resident.get(claim + "/$bill")).all("bill").getFirst();
    assertThat(part(paid, "state")).isEqualTo("settled");
    BigDecimal shares = new BigDecimal(part(paid, "own"));
    for (JsonNode one : paid.path("part")) {
      if (one.path("name").asString().equals("share")) {
        assertThat(part(one, "state")).isEqualTo("agreed");
        shares = shares.add(new BigDecimal(part(one, "amount")));
      }
    }
    assertThat(shares).as("the shares are the bill").isEqualByComparingTo(part(paid, "total"));
    return shares;
  }

  /** Settles what a pharmacy has counted out for a prescription, and pays it. */
  static void drugsSettled(Person resident, Person pharmacy, String task) {
    List<String> asked = new ArrayList<>();
    for (String charge : ok(pharmacy.get(task + "/$circulation")).values("dispensed", "charge")) {
      asked.add("charge");
      asked.add(charge);
    }
    assertThat(asked).isNotEmpty();
    JsonNode bill =
        ok(pharmacy.call(resident.self() + "/$presettle", asked.toArray(String[]::new)))
            .all("bill")
            .getFirst();
    var unused = settled(resident, pharmacy, part(bill, "claim"));
  }

  /**
   * Charges for a visit, and settles: pre-settled, shared, own money paid. The shares are the bill,
   * and all of it reaches the institution.
   *
   * @param codes of the made-up price list
   */
  static void settled(Parties of, String visit, List<String> codes) {
    String patient = of.resident.self();
    String institution = of.system.me().path("institution").asString();
    BigDecimal before = owed(of.system, institution);
    List<String> charges = new ArrayList<>();
    codes.forEach(code -> charges.add(charge(of.system, patient, visit, code)));
    JsonNode bill =
        ok(of.cashier.call(patient + "/$presettle", "encounter", visit)).all("bill").getFirst();
    BigDecimal shares = settled(of.resident, of.cashier, part(bill, "claim"));
    assertThat(owed(of.system, institution).subtract(before)).isEqualByComparingTo(shares);
    for (String charge : charges) {
      assertThat(ok(of.resident.get("ChargeItem/" + charge)).json().path("status").asString())
          .isEqualTo("billed");
    }
  }
}
