package health.helan.foundation.residents;

import static health.helan.foundation.residents.ResidentsServer.part;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.index.PeopleForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Registration clerks decide about double registrations of their own institution. */
class ClerksTests {
  private static final AtomicInteger PEOPLE = new AtomicInteger(500);
  private static final Caller ROOT = Caller.operator("test");
  private static final Caller KEEPER = ResidentsServer.caller(Role.OPERATOR, "");
  private static final String DUTY =
      "'code':[{'coding':[{'system':'https://helan.health/fhir/CodeSystem/practitioner-role','code':'registration-clerk'}]}]";

  private final ResidentsServer server = ResidentsServer.get();
  private String one = "";
  private String other = "";
  private Caller clerk = ROOT;

  @BeforeEach
  void institutions() {
    one = server.institution("a" + UUID.randomUUID());
    other = server.institution("b" + UUID.randomUUID());
    clerk = clerk(ResidentsServer.system(one), one, one, ",'active':true");
  }

  /**
   * A practitioner who acts at an institution.
   *
   * @param by who writes the post
   * @param at where the post is
   */
  private Caller clerk(Caller by, String acting, String at, String more) {
    String id = "p" + UUID.randomUUID();
    server.created(
        by,
        "{'resourceType':'PractitionerRole','practitioner':{'reference':'Practitioner/"
            + id
            + "'},'organization':{'reference':'Organization/"
            + at
            + "'},"
            + DUTY
            + more
            + "}");
    return ResidentsServer.caller(
        Role.PRACTITIONER, acting, new Binding(id, Set.of(), Set.of(), Binding.ALL_SCOPES));
  }

  private String patient(String institution, String number, String name, String day) {
    return server.created(
        ResidentsServer.system(institution),
        "{'resourceType':'Patient','identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'"
            + number
            + "'}],'name':[{'text':'"
            + name
            + "'}],'gender':'female','birthDate':'"
            + day
            + "','managingOrganization':{'reference':'Organization/"
            + institution
            + "'}}");
  }

  /** Names and days of birth of people who are like nobody else here. */
  private static final String[][] LIKE_NOBODY = {
    {"赵桂英", "1985-03-07", "欧阳雪", "1962-11-30"},
    {"司马青", "1971-08-19", "诸葛红霞", "1993-05-02"},
    {"宇文兰", "1958-01-25", "尉迟芳华", "2001-12-12"}
  };

  private int pairs;

  /** Two on one number: a pair for people. */
  private String[] pair(String first, String second) {
    String[] two = LIKE_NOBODY[pairs++];
    String number = PeopleForTests.number(two[1], PEOPLE.addAndGet(2));
    String[] pair = {
      patient(first, number, two[0], two[1]), patient(second, number, two[2], two[3])
    };
    server.settle();
    return pair;
  }

  /** Ids of the pairs that somebody sees waiting, by the first Patient. */
  private List<JsonNode> waiting(Caller who) {
    Reply reply = server.get(who, "$link-reviews?count=200&state=all");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.all("review");
  }

  private static Set<String> sides(JsonNode review) {
    var sides = new ArrayList<String>();
    for (JsonNode part : review.path("part")) {
      if (part.has("resource")) {
        sides.add(part.path("resource").path("id").asString(""));
      }
    }
    return Set.copyOf(sides);
  }

  private String review(Caller who, String[] pair) {
    return waiting(who).stream()
        .filter(review -> sides(review).equals(Set.of(pair)))
        .map(review -> part(review, "review"))
        .findFirst()
        .orElse("");
  }

  @Test
  void seeAndDecideThePairsOfTheirInstitutionAndNoOthers() {
    String[] own = pair(one, one);
    String[] across = pair(one, other);
    String[] others = pair(other, other);
    assertThat(waiting(clerk).stream().map(ClerksTests::sides)).containsExactly(Set.of(own));
    assertThat(server.get(clerk, "$link-reviews").value("waiting")).isEqualTo("1");
    assertThat(review(KEEPER, across)).isNotEmpty();
    String id = review(clerk, own);
    Reply shown = server.get(clerk, "$link-review?review=" + id);
    assertThat(shown.text())
        .contains("evidence")
        .doesNotContain("赵桂英")
        .doesNotContain("two-on-one-numbers");
    for (String foreign : new String[] {review(KEEPER, across), review(KEEPER, others)}) {
      Reply refused = server.get(clerk, "$link-review?review=" + foreign);
      assertThat(refused.status()).isEqualTo(404);
      String nobodys = foreign.substring(0, foreign.length() - 4) + "0000";
      assertThat(refused.text().replace(foreign, "x"))
          .isEqualTo(
              server.get(clerk, "$link-review?review=" + nobodys).text().replace(nobodys, "x"));
      assertThat(decide(clerk, foreign, "same").status()).isEqualTo(404);
      assertThat(decide(clerk, foreign, "assign", "assignee", "me").status()).isEqualTo(404);
    }
    for (String[] foreign : List.of(across, others)) {
      Reply refused = decide(clerk, foreign, "not-same");
      assertThat(refused.status()).isEqualTo(404);
      assertThat(refused.text().replace(foreign[0], "x").replace(foreign[1], "x"))
          .isEqualTo(
              decide(clerk, new String[] {own[0], "nobody"}, "not-same")
                  .text()
                  .replace("nobody", "x"));
    }
    assertThat(decide(clerk, id, "assign", "assignee", "王登记").status()).isEqualTo(200);
    assertThat(decide(clerk, id, "not-same").status()).isEqualTo(200);
    assertThat(review(clerk, own)).isEmpty();
    assertThat(decide(clerk, own, "reopen").status()).isEqualTo(200);
    assertThat(review(clerk, own)).isNotEmpty();
  }

  private Reply decide(Caller who, String review, String decision, String... more) {
    var all = new ArrayList<>(List.of("review", review, "decision", decision, "note", "已电话核对"));
    all.addAll(List.of(more));
    return server.call(who, "$link-decide", all.toArray(String[]::new));
  }

  private Reply decide(Caller who, String[] pair, String decision) {
    return server.call(
        who,
        "$link-decide",
        "patient",
        pair[0],
        "other",
        pair[1],
        "decision",
        decision,
        "note",
        "已电话核对");
  }

  @Test
  void areThoseWhomTheInstitutionItselfHasMadeClerksForToday() {
    pair(one, one);
    Caller institution = ResidentsServer.system(one);
    Caller stranger = ResidentsServer.system(other);
    List<Caller> refused =
        List.of(
            ResidentsServer.caller(
                Role.PRACTITIONER,
                one,
                new Binding("p" + UUID.randomUUID(), Set.of(), Set.of(), Binding.ALL_SCOPES)),
            clerk(institution, one, one, ",'active':false"),
            clerk(institution, one, one, ",'period':{'end':'2020-12-31'}"),
            clerk(institution, one, one, ",'period':{'start':'2099-01-01'}"),
            clerk(ROOT, one, other, ",'active':true"),
            clerk(stranger, one, one, ",'active':true"),
            clerk(institution, "", one, ",'active':true"),
            institution,
            ResidentsServer.caller(Role.REGULATOR, ""),
            ResidentsServer.caller(Role.RESIDENT, ""));
    for (Caller who : refused) {
      assertThat(server.get(who, "$link-reviews").status()).as(who.toString()).isEqualTo(403);
      assertThat(server.get(who, "$link-review?review=x").status()).isEqualTo(403);
      assertThat(server.call(who, "$link-decide", "decision", "same").status()).isEqualTo(403);
      assertThat(server.get(who, "$resident-index").status()).isEqualTo(403);
    }
    server.created(
        ROOT,
        "{'resourceType':'Organization','id':'"
            + one
            + "-desk','name':'挂号处','type':[{'coding':[{'code':'dept'}]}],'partOf':{'reference':'Organization/"
            + one
            + "'}}");
    Caller inDepartment = clerk(institution, one, one + "-desk", "");
    assertThat(server.get(inDepartment, "$link-reviews").value("waiting")).isEqualTo("1");
    Caller loaded = clerk(ROOT, one, one + "-desk", "");
    assertThat(server.get(loaded, "$link-reviews").status()).isEqualTo(200);
  }

  @Test
  void seeNoMoreOfMaskedRecordsByWhatSpeaksForAPair() {
    String[] own = pair(one, one);
    String id = review(clerk, own);
    assertThat(part(waiting(clerk).getFirst(), "weight")).isEmpty();
    String whole = evidence(server.get(KEEPER, "$link-review?review=" + id));
    assertThat(whole).contains("rule two-on-one-number");
    Reply masked = server.get(clerk, "$link-review?review=" + id);
    // The number is hidden, so that it agrees is too: else a record of one's own would try it out.
    assertThat(evidence(masked)).isNotEmpty().doesNotContain("number").doesNotContain("exact");
    assertThat(masked.all("number")).isEmpty();
    assertThat(masked.text()).doesNotContain("\"valid\"");
    for (String patient : own) {
      server.created(
          ResidentsServer.system(one),
          "{'resourceType':'Encounter','status':'arrived','class':{'code':'AMB'},'subject':{'reference':'Patient/"
              + patient
              + "'},'participant':[{'individual':{'reference':'Practitioner/"
              + clerk.binding().practitioner()
              + "'}}]}");
    }
    Reply inFull = server.get(clerk, "$link-review?review=" + id);
    assertThat(inFull.text()).contains("赵桂英").contains("\"valid\"");
    assertThat(evidence(inFull)).as("of records that are open to the clerk").isEqualTo(whole);
  }

  private static String evidence(Reply shown) {
    var told = new StringBuilder();
    for (JsonNode review : shown.all("review")) {
      for (JsonNode part : review.path("part")) {
        if (part.path("name").asString("").equals("evidence")) {
          told.append(part(part, "field")).append(' ').append(part(part, "level")).append('\n');
        }
      }
    }
    return told.toString();
  }

  @Test
  void areToldNothingThatOthersRecordsSay() {
    String[] own = pair(one, one);
    String id = review(clerk, own);
    // Somebody else's record of the same person, linked with one of the two.
    JsonNode mine = server.get(ROOT, "Patient/" + own[0]).json();
    String number = mine.path("identifier").path(0).path("value").asString("");
    String hidden = patient(other, number, "赵桂英", "1985-03-07");
    server.settle();
    assertThat(server.get(ROOT, "Patient/" + own[0] + "/$person").text()).contains(hidden);
    for (Reply reply :
        List.of(
            server.get(clerk, "$link-reviews?state=all"),
            server.get(clerk, "$link-review?review=" + id))) {
      assertThat(reply.text()).doesNotContain(hidden).doesNotContain(other);
      // Where the other record fits better still, that pair waits, with those who keep the index.
      assertThat(reply.values("review", "reason")).allMatch(String::isEmpty);
      assertThat(reply.status()).isEqualTo(200);
    }
    assertThat(decide(KEEPER, own, "not-same").status()).isEqualTo(200);
    Reply ruled = server.get(clerk, "$link-review?review=" + id);
    assertThat(ruled.status()).isEqualTo(200);
    assertThat(ruled.text())
        .contains("not-same")
        .doesNotContain("已电话核对")
        .doesNotContain(KEEPER.subject());
    Reply reopened = decide(clerk, own, "reopen");
    assertThat(reopened.status()).as("not a clerk's to take back").isEqualTo(403);
    assertThat(decide(clerk, own, "same").status()).isEqualTo(409);
  }
}
