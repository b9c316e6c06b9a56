package health.helan.foundation.residents;

import static health.helan.foundation.residents.ResidentsServer.part;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.residents.index.PeopleForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.testing.StoreForTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Records of institutions become persons; people look at what is not sure; and all is told. */
class LinkingTests {
  private static final AtomicInteger PEOPLE = new AtomicInteger(100);
  private static final Caller ROOT = Caller.operator("test");
  private static final Caller KEEPER = ResidentsServer.caller(Role.OPERATOR, "");

  private final ResidentsServer server = ResidentsServer.get();
  private String one = "";
  private String other = "";
  private Caller system = ROOT;
  private Caller otherSystem = ROOT;

  @BeforeEach
  void institutions() {
    one = server.institution("a" + UUID.randomUUID());
    other = server.institution("b" + UUID.randomUUID());
    system = ResidentsServer.system(one);
    otherSystem = ResidentsServer.system(other);
  }

  // ---- people

  /** A number that nobody has yet; men's are odd. */
  private static String number(String day) {
    return PeopleForTests.number(day, PEOPLE.addAndGet(2));
  }

  /**
   * @param number empty for none
   */
  private static String patient(
      String institution, String number, String name, String day, String phone) {
    return "{'resourceType':'Patient'"
        + (number.isEmpty()
            ? ""
            : ",'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'" + number + "'}]")
        + ",'name':[{'text':'"
        + name
        + "'}],'gender':'female'"
        + (day.isEmpty() ? "" : ",'birthDate':'" + day + "'")
        + (phone.isEmpty() ? "" : ",'telecom':[{'system':'phone','value':'" + phone + "'}]")
        + ",'managingOrganization':{'reference':'Organization/"
        + institution
        + "'}}";
  }

  /** Ids of its person's Patients, as the root sees them. */
  private List<String> person(String id) {
    server.settle();
    return members(server.get(ROOT, "Patient/" + id + "/$person"));
  }

  private static List<String> members(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    var members = new ArrayList<String>();
    for (JsonNode link : reply.all("person").getFirst().path("resource").path("link")) {
      members.add(link.path("target").path("reference").asString("").replace("Patient/", ""));
    }
    return members;
  }

  private List<String> decisions(String id) {
    return server.get(ROOT, "Patient/" + id + "/$link-history").all("decision").stream()
        .map(decision -> part(decision, "kind"))
        .toList();
  }

  /** The open review of a pair; empty for none. */
  private String review(String a, String b) {
    server.settle();
    for (JsonNode review : server.get(ROOT, "$link-reviews?count=200&state=all").all("review")) {
      var sides = new ArrayList<String>();
      for (JsonNode part : review.path("part")) {
        if (part.has("resource")) {
          sides.add(part.path("resource").path("id").asString(""));
        }
      }
      if (sides.containsAll(List.of(a, b))) {
        return part(review, "review");
      }
    }
    return "";
  }

  // ---- by rules

  @Test
  void twoRecordsWithOneNumberAreOnePersonAndTheHistorySaysWhy() {
    String number = number("1985-03-07");
    String a = server.created(system, patient(one, number, "赵桂英", "1985-03-07", ""));
    String b = server.created(otherSystem, patient(other, number, "赵桂英", "1985-03-07", ""));
    assertThat(person(a)).containsExactlyInAnyOrder(a, b).isEqualTo(person(b));
    Reply history = server.get(ROOT, "Patient/" + a + "/$link-history");
    // About others whose number happens to be close something may have been said too.
    JsonNode decision =
        history.all("decision").stream()
            .filter(one -> part(one, "other").equals("Patient/" + b))
            .findFirst()
            .orElseThrow();
    assertThat(part(decision, "kind")).isEqualTo("linked");
    assertThat(part(decision, "by")).isEqualTo("index");
    assertThat(part(decision, "other")).isEqualTo("Patient/" + b);
    assertThat(decision.toString()).contains("same-number");
  }

  @Test
  void whoDoesNotSeeTheOtherRecordIsNotToldOfIt() {
    String number = number("1985-03-08");
    String a = server.created(system, patient(one, number, "钱桂英", "1985-03-08", ""));
    String b = server.created(otherSystem, patient(other, number, "钱桂英", "1985-03-08", ""));
    assertThat(person(a)).hasSize(2);
    assertThat(members(server.get(system, "Patient/" + a + "/$person"))).containsExactly(a);
    assertThat(server.get(system, "Patient/" + b + "/$person").status()).isEqualTo(404);
    String told = server.get(system, "Patient/" + a + "/$link-history").text();
    assertThat(told).contains("linked").doesNotContain(b, "evidence", "weight", "institution");
    Caller resident =
        new Caller(
            "r",
            Role.RESIDENT,
            "",
            Set.of(),
            "r" + a,
            new Binding("", Set.of(), Set.of(b), Set.of("*")));
    assertThat(server.get(resident, "Patient/" + b + "/$person").status()).isEqualTo(200);
    Caller stranger = new Caller("s", Role.RESIDENT, "", Set.of(), "s" + a, Binding.NONE);
    assertThat(server.get(stranger, "Patient/" + b + "/$person").status()).isEqualTo(404);
    assertThat(
            server
                .get(ResidentsServer.caller(Role.REGULATOR, ""), "Patient/" + b + "/$person")
                .status())
        .isEqualTo(403);
  }

  @Test
  void twoPeopleOnOneNumberStayApartAndWaitForPeople() {
    String number = number("1970-01-01");
    String a = server.created(system, patient(one, number, "孙建国", "1970-01-01", ""));
    String b = server.created(otherSystem, patient(other, number, "李小红", "2012-06-30", ""));
    assertThat(person(a)).containsExactly(a);
    assertThat(person(b)).containsExactly(b);
    assertThat(review(a, b)).isNotEmpty();
  }

  @Test
  void twinsStayApart() {
    String day = "2019-09-09";
    String address = "13800005555";
    String a = server.created(system, patient(one, number(day), "周子涵", day, address));
    String b = server.created(system, patient(one, number(day), "周子轩", day, address));
    assertThat(person(a)).containsExactly(a);
    assertThat(person(b)).containsExactly(b);
  }

  @Test
  void aChangedRecordLeavesThePersonAndComesBack() {
    String number = number("1961-02-03");
    String a = server.created(system, patient(one, number, "吴秀兰", "1961-02-03", ""));
    String b = server.created(system, patient(one, number, "吴秀兰", "1961-02-03", ""));
    assertThat(person(a)).hasSize(2);
    server.put(system, "Patient", b, patient(one, number("1990-12-12"), "郑丽", "1990-12-12", ""));
    assertThat(person(a)).containsExactly(a);
    assertThat(decisions(a)).startsWith("unlinked");
    server.put(system, "Patient", b, patient(one, number, "吴秀兰", "1961-02-03", ""));
    assertThat(person(a)).hasSize(2);
  }

  @Test
  void anUnknownPatientOfTheEmergencyRoomIsMergedAndUnmerged() {
    String number = number("1977-07-07");
    String known = server.created(system, patient(one, number, "王守信", "1977-07-07", ""));
    String unknown = server.created(system, patient(one, "", "无名氏", "", ""));
    assertThat(person(unknown)).containsExactly(unknown);
    Reply merged =
        server.call(
            system,
            "Patient/$merge",
            "source-patient",
            "Patient/" + unknown,
            "target-patient",
            "Patient/" + known,
            "note",
            "identified by family");
    assertThat(merged.status()).as(merged.text()).isEqualTo(200);
    assertThat(person(known)).containsExactlyInAnyOrder(known, unknown);
    assertThat(server.get(system, "Patient/" + unknown).status()).isEqualTo(200);
    assertThat(
            server
                .call(
                    system,
                    "Patient/$unmerge",
                    "source-patient",
                    "Patient/" + unknown,
                    "target-patient",
                    "Patient/" + known)
                .status())
        .isEqualTo(200);
    assertThat(person(known)).containsExactly(known);
    assertThat(decisions(unknown)).startsWith("unmerged", "merged");
  }

  @Test
  void anInstitutionIsToldByAPersonOfItsOwn() {
    String number = number("1985-09-09");
    String a = server.created(system, patient(one, number, "姜兰", "1985-09-09", ""));
    String b = server.created(otherSystem, patient(other, number, "姜兰", "1985-09-09", ""));
    assertThat(person(a)).hasSize(2);
    StoreForTests.await("told", () -> told(system, a, true) && told(otherSystem, b, true));
    String text = server.get(system, "Person?organization=Organization/" + one).text();
    assertThat(text).contains(a).doesNotContain(b);
    assertThat(
            server
                .get(system, "Person?organization=Organization/" + other)
                .json()
                .path("total")
                .asInt(0))
        .isZero();
    server.put(
        otherSystem, "Patient", b, patient(other, number("1991-01-01"), "戚云", "1991-01-01", ""));
    StoreForTests.await("told", () -> told(system, a, false) && told(otherSystem, b, false));
  }

  private boolean told(Caller caller, String patient, boolean isLinked) {
    JsonNode entries = server.get(caller, "Person?patient=Patient/" + patient).json().path("entry");
    return entries.size() == 1
        && entries.path(0).path("resource").path("active").asBoolean(!isLinked) == isLinked;
  }

  // ---- merging

  @Test
  void aSystemMergesItsOwnPatientsOnly() {
    String a = server.created(system, patient(one, number("1980-01-05"), "冯一", "1980-01-05", ""));
    String b = server.created(system, patient(one, number("1981-01-05"), "陈二", "1981-01-05", ""));
    String c =
        server.created(otherSystem, patient(other, number("1982-01-05"), "褚三", "1982-01-05", ""));
    server.settle();
    Reply foreign = merge(system, a, c);
    assertThat(foreign.status()).isEqualTo(404);
    assertThat(foreign.text().replace(c, "x"))
        .isEqualTo(merge(system, a, "nobody").text().replace("nobody", "x"));
    // Two valid numbers: not for an institution to say.
    Reply numbers = merge(system, a, b);
    assertThat(numbers.status()).isEqualTo(422);
    assertThat(numbers.text()).contains("different valid numbers");
    assertThat(merge(ResidentsServer.caller(Role.PRACTITIONER, one), a, b).status()).isEqualTo(403);
    assertThat(merge(ResidentsServer.caller(Role.RESIDENT, ""), a, b).status()).isEqualTo(403);
    assertThat(person(a)).containsExactly(a);
    assertThat(merge(KEEPER, a, b).status()).isEqualTo(200);
    assertThat(person(a)).hasSize(2);
    assertThat(merge(KEEPER, a, a).status()).isEqualTo(400);
    assertThat(server.call(KEEPER, "Patient/$merge", "source-patient", "Patient/" + a).status())
        .isEqualTo(400);
  }

  private Reply merge(Caller caller, String source, String target) {
    return server.call(
        caller,
        "Patient/$merge",
        "source-patient",
        "Patient/" + source,
        "target-patient",
        "Patient/" + target);
  }

  @Test
  void grantsFollowAMergeAndGoWithTheUnmerge() {
    String a = server.created(system, patient(one, number("1980-02-05"), "卫甲", "1980-02-05", ""));
    String b = server.created(otherSystem, patient(other, "", "蒋乙", "1981-02-05", ""));
    String doctor = server.created(ROOT, "{'resourceType':'Practitioner','name':[{'text':'沈医生'}]}");
    Caller practitioner =
        new Caller(
            "d",
            Role.PRACTITIONER,
            one,
            Set.of(),
            "d" + doctor,
            new Binding(doctor, Set.of(), Set.of(), Set.of("*")));
    server.created(
        system,
        "{'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},"
            + "'subject':{'reference':'Patient/"
            + a
            + "'},'participant':[{'individual':{'reference':'Practitioner/"
            + doctor
            + "'}}],'serviceProvider':{'reference':'Organization/"
            + one
            + "'}}");
    server.settle();
    assertThat(server.get(practitioner, "Patient/" + a).status()).isEqualTo(200);
    assertThat(server.get(practitioner, "Patient/" + b).status()).isEqualTo(404);
    assertThat(merge(KEEPER, b, a).status()).isEqualTo(200);
    assertThat(server.get(practitioner, "Patient/" + b).status()).isEqualTo(200);
    assertThat(members(server.get(practitioner, "Patient/" + a + "/$person"))).hasSize(2);
    server.call(
        KEEPER,
        "Patient/$unmerge",
        "source-patient",
        "Patient/" + b,
        "target-patient",
        "Patient/" + a);
    assertThat(server.get(practitioner, "Patient/" + b).status()).isEqualTo(404);
    assertThat(server.get(practitioner, "Patient/" + a).status()).isEqualTo(200);
  }

  // ---- reviews

  @Test
  void aReviewIsDecidedByThoseWhoKeepTheIndexAndStands() {
    String number = number("1966-06-06");
    String a = server.created(system, patient(one, number, "韩建军", "1966-06-06", ""));
    String b = server.created(otherSystem, patient(other, number, "杨小妹", "2015-05-05", ""));
    String review = review(a, b);
    assertThat(review).isNotEmpty();
    for (Role role : List.of(Role.PRACTITIONER, Role.SYSTEM, Role.RESIDENT, Role.REGULATOR)) {
      Caller caller = ResidentsServer.caller(role, one);
      assertThat(server.get(caller, "$link-reviews").status()).isEqualTo(403);
      assertThat(server.get(caller, "$link-review?review=" + review).status()).isEqualTo(403);
      assertThat(server.call(caller, "$link-decide", "review", review, "decision", "same").status())
          .isEqualTo(403);
      assertThat(server.send(caller, "POST", "$rebuild-index", null).status()).isEqualTo(403);
      assertThat(server.get(caller, "$resident-index").status()).isEqualTo(403);
    }
    Reply seen = server.get(KEEPER, "$link-review?review=" + review);
    assertThat(seen.text()).contains("SUBSETTED", "evidence", "韩").doesNotContain("韩建军", number);
    assertThat(server.call(KEEPER, "$link-decide", "review", review, "decision", "same").status())
        .isEqualTo(400); // without a reason
    decide(review, "assign", "assignee", "li");
    assertThat(server.get(KEEPER, "$link-reviews?assignee=li&count=200").text()).contains(review);
    decide(review, "postpone", "until", "2099-01-01T00:00:00Z");
    assertThat(server.get(KEEPER, "$link-reviews?assignee=li&count=200").text())
        .doesNotContain(review);
    assertThat(server.get(KEEPER, "$link-reviews?assignee=li&count=200&state=all").text())
        .contains(review);
    decide(review, "same", "note", "called both");
    assertThat(person(a)).hasSize(2);
    // What people said outlives what the record says later.
    server.put(
        otherSystem, "Patient", b, patient(other, number("2001-01-01"), "杨小妹", "2001-01-01", ""));
    assertThat(person(a)).hasSize(2);
    decide(review, "reopen", "note", "mistaken");
    assertThat(person(a)).containsExactly(a);
    assertThat(decisions(a)).contains("review", "confirmed", "reopened");
  }

  @Test
  void aReviewSaysWhichNumbersAreValidWithoutShowingThem() {
    String number = number("1967-07-07");
    String wrong = number.substring(0, 17) + (number.endsWith("1") ? "2" : "1");
    String a =
        server.created(
            system,
            patient(one, number, "孔令仪", "1967-07-07", "")
                .replace(
                    "'identifier':[",
                    "'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'"
                        + wrong
                        + "'},"));
    String b = server.created(otherSystem, patient(other, number, "贝小弟", "2016-05-05", ""));
    Reply seen = server.get(KEEPER, "$link-review?review=" + review(a, b));
    assertThat(seen.text()).doesNotContain(number, wrong);
    var said = new ArrayList<String>();
    for (JsonNode parameter : seen.json().path("parameter").path(0).path("part")) {
      if (parameter.path("name").asString("").equals("number")) {
        said.add(
            String.join(
                " ",
                part(parameter, "of"),
                part(parameter, "index"),
                part(parameter, "valid"),
                part(parameter, "kind")));
      }
    }
    assertThat(said)
        .containsExactlyInAnyOrder(
            "Patient/" + a + " 0 false ",
            "Patient/" + a + " 1 true resident-id",
            "Patient/" + b + " 0 true resident-id");
  }

  @Test
  void theIndexSaysHowLongPairsHaveWaited() {
    String number = number("1968-08-08");
    String a = server.created(system, patient(one, number, "焦大力", "1968-08-08", ""));
    String b = server.created(otherSystem, patient(other, number, "宁小兰", "2017-05-05", ""));
    assertThat(review(a, b)).isNotEmpty();
    long before = waiting("week");
    server.execute(
        "update resident_review set opened = opened - interval '8 days' where '"
            + a
            + "' in (key_id, other_id)");
    assertThat(waiting("week")).isEqualTo(before + 1);
    assertThat(waiting("day")).isPositive();
    assertThat(waiting("month")).isZero();
    JsonNode state = server.get(KEEPER, "$resident-index").json();
    assertThat(state.toString()).contains("oldest", "lag");
  }

  private long waiting(String age) {
    for (JsonNode parameter : server.get(KEEPER, "$resident-index").json().path("parameter")) {
      if (parameter.path("name").asString("").equals("waitingFor")) {
        return Long.parseLong(part(parameter, age));
      }
    }
    return -1;
  }

  private void decide(String review, String decision, String... more) {
    var pairs = new ArrayList<>(List.of("review", review, "decision", decision));
    pairs.addAll(List.of(more));
    Reply reply = server.call(KEEPER, "$link-decide", pairs.toArray(String[]::new));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  // ---- $match

  @Test
  void matchFindsWhatTheCallerSeesWithGradeAndScore() {
    String number = number("1959-09-01");
    String a = server.created(system, patient(one, number, "秦文海", "1959-09-01", "13912340001"));
    String b =
        server.created(otherSystem, patient(other, number, "秦文海", "1959-09-01", "13912340001"));
    server.settle();
    String asked = patient(one, number, "秦文海", "1959-09-01", "").replace('\'', '"');
    Reply whole = server.send(ROOT, "POST", "Patient/$match", asked);
    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(whole.json().path("entry")).hasSize(2);
    JsonNode search = whole.json().path("entry").path(0).path("search");
    assertThat(search.path("extension").path(0).path("valueCode").asString(""))
        .isEqualTo("certain");
    assertThat(search.path("score").asDouble(0)).isGreaterThan(0.9);
    Reply own = server.send(system, "POST", "Patient/$match", asked);
    assertThat(own.json().path("entry")).hasSize(1);
    assertThat(own.text()).contains(a).doesNotContain(b);
    Reply strangers =
        server.send(
            ResidentsServer.system(server.institution("c" + a)), "POST", "Patient/$match", asked);
    assertThat(strangers.json().path("total").asInt(-1)).isEqualTo(0);
    for (Role role : List.of(Role.RESIDENT, Role.REGULATOR, Role.OPERATOR)) {
      assertThat(
              server
                  .send(ResidentsServer.caller(role, ""), "POST", "Patient/$match", asked)
                  .status())
          .isEqualTo(403);
    }
    assertThat(server.send(ROOT, "POST", "Patient/$match", "{\"resourceType\":\"Group\"}").status())
        .isEqualTo(400);
  }

  @Test
  void matchDoesNotFindWhatIsMaskedButByItsNumber() {
    String number = number("1988-08-18");
    String a = server.created(system, patient(one, number, "尤丽华", "1988-08-18", "13912340002"));
    server.settle();
    Caller staff = ResidentsServer.caller(Role.PRACTITIONER, one);
    String guess = patient(one, "", "尤丽华", "1988-08-18", "13912340002").replace('\'', '"');
    assertThat(server.send(ROOT, "POST", "Patient/$match", guess).text()).contains(a);
    assertThat(server.send(staff, "POST", "Patient/$match", guess).text()).doesNotContain(a);
    String whole = patient(one, number, "尤丽华", "1988-08-18", "").replace('\'', '"');
    Reply found = server.send(staff, "POST", "Patient/$match", whole);
    assertThat(found.text()).contains(a, "SUBSETTED").doesNotContain("尤丽华");
    // The grade is of the number: name, birthday and telephone cannot be tried out.
    for (String guessed :
        List.of(
            patient(one, number, "别人", "1988-08-18", "13912340002"),
            patient(one, number, "尤丽华", "1999-09-09", "13912340009"))) {
      assertThat(search(server.send(staff, "POST", "Patient/$match", guessed.replace('\'', '"'))))
          .isEqualTo(search(found));
    }
  }

  private static String search(Reply found) {
    assertThat(found.json().path("entry").size()).as(found.text()).isEqualTo(1);
    return found.json().path("entry").path(0).path("search").toString();
  }

  @Test
  void aSystemLooksAheadWithoutLearningOfHiddenRecords() {
    String number = number("1966-06-06");
    String guess = number("1977-07-07");
    String a = server.created(system, patient(one, number, "施一", "1966-06-06", ""));
    server.created(otherSystem, patient(other, number, "施一", "1966-06-06", ""));
    String b = server.created(system, patient(one, "", "施一", "1966-06-06", ""));
    String c = server.created(system, patient(one, guess, "施二", "1977-07-07", ""));
    server.settle();
    for (String preview : List.of(preview(a, b).text(), preview(b, c).text())) {
      assertThat(preview).contains("preview").doesNotContain("wasOne", "numbersDisagree");
    }
    assertThat(preview(a, c).status()).as("its own two say so themselves").isEqualTo(422);
  }

  private Reply preview(String source, String target) {
    return server.send(
        system,
        "POST",
        "Patient/$merge",
        ("{'resourceType':'Parameters','parameter':["
                + "{'name':'source-patient','valueReference':{'reference':'Patient/"
                + source
                + "'}},{'name':'target-patient','valueReference':{'reference':'Patient/"
                + target
                + "'}},{'name':'preview','valueBoolean':true}]}")
            .replace('\'', '"'));
  }

  // ---- upkeep

  @Test
  void aRebuildKeepsWhatPeopleDecided() {
    String a = server.created(system, patient(one, number("1950-01-05"), "许甲", "1950-01-05", ""));
    String b = server.created(system, patient(one, "", "何乙", "1951-01-05", ""));
    String c = server.created(system, patient(one, number("1952-01-05"), "吕丙", "1952-01-05", ""));
    server.settle();
    assertThat(merge(KEEPER, a, b).status()).isEqualTo(200);
    server.execute("update resident_record set model = 'older', keys = '{}', person = person");
    server.execute("delete from resident_key");
    server.execute(
        "insert into resident_record select "
            + server.store.purges().subject("ghost")
            + ", updated, 7, 1, 'older', codec, key_id, 'ghost', owner,"
            + " '', '{}', content from resident_record where id = '"
            + c
            + "'");
    assertThat(server.send(KEEPER, "POST", "$rebuild-index", null).status()).isEqualTo(200);
    StoreForTests.await(
        "walked", () -> server.get(KEEPER, "$resident-index").text().contains("\"done\""));
    assertThat(person(a)).containsExactlyInAnyOrder(a, b);
    assertThat(server.number("select count(*) from resident_key")).isPositive();
    assertThat(server.number("select count(*) from resident_record where model = 'older'"))
        .isZero();
    assertThat(server.number("select count(*) from resident_record where id = 'ghost'")).isZero();
  }

  @Test
  void whoIsErasedIsNowhereAnyMore() {
    String number = number("1943-04-05");
    String a = server.created(system, patient(one, number, "施大", "1943-04-05", ""));
    String b = server.created(system, patient(one, number, "施大", "1943-04-05", ""));
    assertThat(person(a)).hasSize(2);
    long record = server.store.purges().subject(a);
    server.store.purges().purge(record);
    Residents.erase(
        server.database,
        server.store,
        new health.helan.foundation.store.content.ZstdCodec(),
        record);
    server.settle();
    assertThat(person(b)).containsExactly(b);
    for (String column :
        List.of(
            "resident_record.record",
            "resident_key.record",
            "resident_member.record",
            "resident_pair.key",
            "resident_pair.other",
            "resident_review.key",
            "resident_review.other",
            "resident_notice.key",
            "resident_decision.key",
            "resident_decision.other")) {
      String table = column.substring(0, column.indexOf('.'));
      assertThat(
              server.number("select count(*) from " + table + " where " + column + " = " + record))
          .as(column)
          .isZero();
    }
    assertThat(decisions(b)).isEmpty();
  }
}
