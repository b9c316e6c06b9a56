package health.helan.foundation.residents.operations;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.ResidentsServer;
import health.helan.foundation.residents.index.PeopleForTests;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.Query;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How many candidates are looked at counts what the caller sees. */
class MatchingAmongHiddenTests {
  private static final ResidentsServer SERVER = ResidentsServer.get();

  private static String patient(String institution, String more) {
    return "{'resourceType':'Patient','name':[{'text':'慕容雁秋'}],'gender':'female','birthDate':'1987-09-23'"
        + more
        + ",'managingOrganization':{'reference':'Organization/"
        + institution
        + "'}}";
  }

  private static List<String> matched(Caller caller, int most, String asked) {
    var answer =
        new MatchOperation(SERVER.residents, most, 2)
            .execute(
                new Call(
                    caller,
                    SERVER.store,
                    "POST",
                    "Patient",
                    null,
                    Query.parse(""),
                    ApiForTests.tree(asked),
                    "http://localhost/fhir",
                    Locale.ENGLISH));
    var ids = new ArrayList<String>();
    for (JsonNode entry : Json.MAPPER.readTree(answer.body()).path("entry")) {
      ids.add(entry.path("resource").path("id").asString(""));
    }
    return ids;
  }

  @Test
  void takeUpNoPlaceHoweverMuchLikelierTheyAre() {
    String own = SERVER.institution("a" + UUID.randomUUID());
    String others = SERVER.institution("b" + UUID.randomUUID());
    Caller system = ResidentsServer.system(own);
    String number = PeopleForTests.number("1987-09-23", 442);
    String numbered =
        ",'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'" + number + "'}]";
    for (int i = 0; i < 5; i++) {
      SERVER.created(ResidentsServer.system(others), patient(others, numbered));
    }
    String phone = ",'telecom':[{'system':'phone','value':'13995551234'}]";
    String mine = SERVER.created(system, patient(own, phone));
    SERVER.settle();
    String asked = patient(own, numbered + phone);
    assertThat(matched(Caller.operator("t"), 10, asked))
        .as("those of others come first")
        .hasSize(6)
        .last()
        .isEqualTo(mine);
    assertThat(matched(system, 3, asked)).containsExactly(mine);
    assertThat(matched(Caller.operator("t"), 3, asked)).hasSize(3).doesNotContain(mine);
  }
}
