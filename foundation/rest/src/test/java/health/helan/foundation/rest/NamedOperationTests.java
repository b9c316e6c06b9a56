package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Operations made of a method, and what their parameters may be. */
class NamedOperationTests {
  static final List<FhirOperation> OPERATIONS =
      List.of(
          operation("test-given", NamedOperationTests::given),
          operation(
              "test-without-database",
              call -> {
                throw new IllegalStateException(new SQLException("gone", "08006"));
              }),
          operation(
              "test-refused-by-database",
              call -> {
                throw new IllegalStateException(new SQLException("no such text", "22021"));
              }));

  private final FhirServerForTests server = FhirServerForTests.get();

  private static FhirOperation operation(
      String name, java.util.function.Function<FhirOperation.Call, Answer> work) {
    return NamedOperation.of(
        "test", name, FhirOperation.Level.SYSTEM, "", true, "everything", work);
  }

  private static Answer given(FhirOperation.Call call) {
    var given = new Given(call);
    given.only(Set.of("reason", "slot", "day", "count", "urgent", "patient"));
    var answer = Words.parameters();
    Words.of(answer)
        .text("reason", given.need("reason", 4, 20))
        .text("slots", String.join(" ", given.ids("slot", "Slot")))
        .text("day", given.time("day").toString())
        .number("count", given.number("count", 10, 50))
        .flag("urgent", given.flag("urgent"))
        .text("patient", given.patient());
    return Words.answer(answer);
  }

  private FhirServerForTests.Reply call(String parameters) {
    return server.post(
        "$test-given",
        "{\"resourceType\":\"Parameters\",\"parameter\":[" + parameters.replace('\'', '"') + "]}");
  }

  private static final String ALL =
      """
      {'name':'reason','valueString':' feels better '},{'name':'slot','valueReference':{'reference':'Slot/a'}},
      {'name':'slot','valueString':'b'},{'name':'day','valueDate':'2026-11-26'},
      {'name':'urgent','valueBoolean':true},{'name':'patient','valueString':'Patient/p1'}""";

  @Test
  void readWhatIsGivenInEachFormThatItMayHave() {
    String answer = call(ALL).text();
    assertThat(answer)
        .contains("\"feels better\"", "\"a b\"", "2026-11-25T16:00:00Z", "\"p1\"")
        .contains("\"valueInteger\":10", "\"valueBoolean\":true");
  }

  @Test
  void nameTheParameterAtFaultAndNeverItsValue() {
    assertWrong(ALL.replace("feels better", "bad"), "reason");
    assertWrong(ALL.replace("Slot/a", "Slot/a/b"), "slot");
    assertWrong(ALL.replace("2026-11-26", "2026-13-26"), "day");
    assertWrong(ALL.replace("2026-11-26", "+999999999-01-01T00:00:00Z"), "day");
    assertWrong(ALL.replace("2026-11-26", "-0001-01-01T00:00:00Z"), "day");
    assertWrong(ALL + ",{'name':'count','valueInteger':51}", "count");
    for (String nothing :
        List.of(
            "",
            ",'valueReference':{}",
            ",'valueReference':{'display':'x'}",
            ",'valueQuantity':{}")) {
      assertWrong(ALL + ",{'name':'slot'" + nothing + "}", "slot");
    }
    assertWrong(ALL.replace("true", "'yes'"), "urgent");
    assertWrong(ALL + ",{'name':'patient','valueString':'p2'}", "patient");
    assertWrong(ALL.replace("'patient'", "'patiemt'"), "patiemt");
    assertWrong(ALL.replace("'reason'", "'urgent'"), "reason");
  }

  @Test
  void takeNoParametersThatAreNoList() {
    assertThat(
            server
                .post("$test-given", "{\"resourceType\":\"Parameters\",\"parameter\":\"x\"}")
                .status())
        .isEqualTo(400);
  }

  private void assertWrong(String parameters, String name) {
    FhirServerForTests.Reply reply = call(parameters);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.text()).contains(name).doesNotContain("bad", "a/b", "2026-13-26", "p2");
  }

  @Test
  void refuseABodyThatIsNoParameters() {
    var reply = server.post("$test-given", "{\"resourceType\":\"Patient\"}");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("Parameters");
  }

  @Test
  void answer503WhereTheDatabaseDoesNot() {
    var reply = server.post("$test-without-database", "{\"resourceType\":\"Parameters\"}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).isEqualTo("2");
    assertThat(reply.text()).doesNotContain("gone", "08006");
  }

  /** Trying once more would not help: the client is not told to. */
  @Test
  void answer500WhereTheDatabaseRefusesWhatWeAsk() {
    var reply = server.post("$test-refused-by-database", "{\"resourceType\":\"Parameters\"}");
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.text()).doesNotContain("no such text", "22021");
  }
}
