package health.helan.foundation.residents.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.residents.golden.Survivorship.Preference;
import health.helan.foundation.residents.index.PeopleForTests;
import health.helan.foundation.store.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which value of a field survives, rule by rule, and where it is from. */
class GoldenTests {
  private static final String NUMBER = PeopleForTests.number("1985-03-07", 12);
  private static final String NATIONAL =
      "'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'" + NUMBER + "'}]";

  /**
   * @param day on which it was written last
   */
  private static Source source(String id, int day, String institution, String elements) {
    // Without a name or a number it would be nobody's.
    elements = elements.contains("'name'") ? elements : "'name':[{'text':'某甲'}]," + elements;
    ObjectNode patient =
        (ObjectNode)
            Json.MAPPER.readTree(
                "{'resourceType':'Patient','id':'%s','meta':{'versionId':'%d','lastUpdated':'2026-11-%02dT00:00:00Z'},%s}"
                    .formatted(id, day, day, elements)
                    .replace('\'', '"'));
    return Source.of(patient, institution);
  }

  private static Source source(String id, int day, String elements) {
    return source(id, day, "h-" + id, elements);
  }

  private static Golden by(String field, String keep, String... prefer) {
    return rules(
        "{'version':'t','sources':['best','good'],'fields':[{'field':'%s','keep':'%s','prefer':[%s]}]}"
            .formatted(
                field,
                keep,
                String.join(",", Arrays.stream(prefer).map(p -> "'" + p + "'").toList())));
  }

  private static Golden rules(String json) {
    return new Golden(Survivorship.of(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
  }

  private static String name(Golden.Record record) {
    return record.patient().path("name").path(0).path("text").asString("");
  }

  private static Golden.Origin origin(Golden.Record record, String field) {
    return record.origins().stream()
        .filter(origin -> origin.field().equals(field))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aValidNumberComesFirst() {
    var record =
        by("name", "one", "number", "recent")
            .of(
                "p",
                List.of(
                    source("a", 9, "'name':[{'text':'王小二'}]"),
                    source("b", 1, NATIONAL + ",'name':[{'text':'王晓二'}]"),
                    source(
                        "c",
                        8,
                        "'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'640104198503070001'}],'name':[{'text':'王小儿'}]")));
    assertThat(name(record)).as("not of the number with a wrong check").isEqualTo("王晓二");
    Golden.Origin origin = origin(record, "name");
    assertThat(origin.decided()).isEqualTo(Preference.NUMBER);
    assertThat(origin.sources()).extracting(Source::id).containsExactly("b");
    assertThat(origin.sources().getFirst().version()).isEqualTo("1");
    assertThat(origin.sources().getFirst().updated()).startsWith("2026-11-01");
    assertThat(origin.sources().getFirst().institution()).isEqualTo("h-b");
    assertThat(record.rules()).isEqualTo("t");
  }

  @Test
  void whatTheNumberSaysOfItselfIsProven() {
    Golden golden =
        rules(
            "{'version':'t','fields':[{'field':'birthDate','keep':'one','prefer':['proven','recent']},{'field':'gender','keep':'one','prefer':['proven','agreed']}]}");
    var record =
        golden.of(
            "p",
            List.of(
                source("a", 9, "'birthDate':'1985-07-03','gender':'male'"),
                source("b", 8, "'birthDate':'1985-07-03','gender':'male'"),
                source("c", 1, NATIONAL + ",'birthDate':'1985-03-07','gender':'female'")));
    assertThat(record.patient().path("birthDate").asString()).isEqualTo("1985-03-07");
    assertThat(record.patient().path("gender").asString()).isEqualTo("female");
    assertThat(origin(record, "gender").decided()).isEqualTo(Preference.PROVEN);
    var contradicted =
        golden.of(
            "p",
            List.of(
                source("a", 9, "'birthDate':'1985-07-03'"),
                source("c", 1, NATIONAL + ",'birthDate':'1985-04-07'")));
    assertThat(contradicted.patient().path("birthDate").asString())
        .as("a number proves its own day only")
        .isEqualTo("1985-07-03");
  }

  @Test
  void theMostRecentSurvives() {
    var record =
        by("telecom", "one", "recent")
            .of(
                "p",
                List.of(
                    source("a", 3, "'telecom':[{'system':'phone','value':'13900000001'}]"),
                    source("b", 7, "'telecom':[{'system':'phone','value':'13900000002'}]")));
    assertThat(record.patient().path("telecom").path(0).path("value").asString())
        .isEqualTo("13900000002");
    assertThat(origin(record, "telecom").decided()).isEqualTo(Preference.RECENT);
  }

  @Test
  void whatMostRecordsSaySurvives() {
    var record =
        by("name", "one", "agreed", "recent")
            .of(
                "p",
                List.of(
                    source("a", 1, "'name':[{'text':'古丽·买买提'}]"),
                    source("b", 2, "'name':[{'family':'古丽','given':['买买提']}]"),
                    source("c", 9, "'name':[{'text':'古丽'}]")));
    assertThat(record.patient().path("name").toString()).contains("买买提");
    Golden.Origin origin = origin(record, "name");
    assertThat(origin.decided()).isEqualTo(Preference.AGREED);
    assertThat(origin.sources())
        .as("both that say so, however they write it")
        .extracting(Source::id)
        .containsExactlyInAnyOrder("a", "b");
    assertThat(
            by("birthDate", "one", "agreed", "recent")
                .of(
                    "p",
                    List.of(
                        source("a", 1, "'birthDate':'1985-03-07'"),
                        source("b", 2, "'birthDate':'1985'"),
                        source("c", 9, "'birthDate':'1986-03-07'")))
                .patient()
                .path("birthDate")
                .asString())
        .as("a year agrees with a day of it")
        .isEqualTo("1985-03-07");
  }

  @Test
  void whatSaysMoreSurvives() {
    var record =
        rules(
                "{'version':'t','fields':[{'field':'birthDate','keep':'one','prefer':['complete']},{'field':'address','keep':'one','prefer':['complete','recent']}]}")
            .of(
                "p",
                List.of(
                    source("a", 1, "'birthDate':'1985-03','address':[{'text':'银川市兴庆区解放街12号'}]"),
                    source("b", 9, "'birthDate':'1985','address':[{'state':'宁夏','city':'银川'}]")));
    assertThat(record.patient().path("birthDate").asString()).isEqualTo("1985-03");
    assertThat(record.patient().path("address").path(0).path("text").asString()).contains("解放街");
    assertThat(origin(record, "address").decided()).isEqualTo(Preference.COMPLETE);
  }

  @Test
  void theHigherSourceSurvivesAndOneThatIsNotNamedComesLast() {
    Golden golden = by("maritalStatus", "one", "source", "recent");
    Source unnamed = source("a", 9, "other", "'maritalStatus':{'text':'未婚'}");
    Source good = source("b", 5, "good", "'maritalStatus':{'text':'已婚'}");
    Source best = source("c", 1, "best", "'maritalStatus':{'text':'离婚'}");
    assertThat(
            golden
                .of("p", List.of(unnamed, good, best))
                .patient()
                .path("maritalStatus")
                .path("text")
                .asString())
        .isEqualTo("离婚");
    var record = golden.of("p", List.of(unnamed, good));
    assertThat(record.patient().path("maritalStatus").path("text").asString()).isEqualTo("已婚");
    assertThat(origin(record, "maritalStatus").decided()).isEqualTo(Preference.SOURCE);
  }

  @Test
  void nobodyKnownSaysNothingBesideSomebodyKnown() {
    Source nobody =
        source("a", 9, "'name':[{'text':'无名氏'}],'gender':'male','telecom':[{'value':'110'}]");
    Source known = source("b", 1, NATIONAL + ",'name':[{'text':'王晓二'}],'gender':'female'");
    Golden golden = Golden.shipped();
    var record = golden.of("p", List.of(nobody, known));
    assertThat(name(record)).isEqualTo("王晓二");
    assertThat(record.patient().path("gender").asString()).isEqualTo("female");
    assertThat(record.patient().has("telecom")).isFalse();
    assertThat(name(golden.of("p", List.of(nobody))))
        .as("alone, it is all there is")
        .isEqualTo("无名氏");
    assertThat(
            golden
                .of(
                    "p",
                    List.of(
                        known,
                        source(
                            "c",
                            2,
                            "'name':[{'text':'无名氏'}],'identifier':[{'system':'urn:er','value':'T-1'}]")))
                .patient()
                .path("identifier"))
        .as("its number is still one that the person is found by")
        .hasSize(2);
  }

  @Test
  void allDifferentValuesAreKeptOnce() {
    var record =
        by("telecom", "all", "recent")
            .of(
                "p",
                List.of(
                    source("a", 3, "'telecom':[{'system':'phone','value':'139 0000 0001'}]"),
                    source("b", 7, "'telecom':[{'system':'phone','value':'13900000002'}]"),
                    source("c", 5, "'telecom':[{'system':'phone','value':'13900000001'}]")));
    assertThat(record.patient().path("telecom"))
        .extracting(telecom -> telecom.path("value").asString())
        .containsExactly("13900000002", "13900000001");
    assertThat(record.origins()).hasSize(2);
    assertThat(record.origins().get(1).index()).isEqualTo(1);
    assertThat(record.origins().get(1).sources()).extracting(Source::id).containsExactly("c", "a");
  }

  @Test
  void aChoiceHasOneValueAndFalseSaysNothing() {
    var record =
        Golden.shipped()
            .of(
                "p",
                List.of(
                    source("a", 9, "'deceasedBoolean':false"),
                    source("b", 5, "'deceasedBoolean':true"),
                    source("c", 1, "'deceasedDateTime':'2026-10-01'")));
    assertThat(record.patient().path("deceasedDateTime").asString()).isEqualTo("2026-10-01");
    assertThat(record.patient().has("deceasedBoolean")).isFalse();
    assertThat(
            Golden.shipped()
                .of("p", List.of(source("a", 9, "'deceasedBoolean':false")))
                .patient()
                .has("deceasedBoolean"))
        .isFalse();
  }

  @Test
  void oldNamesAndOldAddressesDoNotSurvive() {
    var record =
        Golden.shipped()
            .of(
                "p",
                List.of(
                    source(
                        "a",
                        9,
                        "'name':[{'use':'old','text':'王招弟王招弟'},{'use':'official','text':'王昭'}],'address':[{'use':'old','text':'旧居'}]")));
    assertThat(name(record)).isEqualTo("王昭");
    assertThat(record.patient().has("address")).isFalse();
  }

  @Test
  void eachKindOfExtensionHasOneValue() {
    String nation = "https://helan.health/fhir/StructureDefinition/nation";
    String of =
        "'extension':[{'url':'"
            + nation
            + "','valueString':'%s'},{'url':'urn:%s','valueString':'x'}]";
    var record =
        Golden.shipped()
            .of(
                "p",
                List.of(
                    source("a", 9, of.formatted("汉族", "one")),
                    source("b", 1, NATIONAL + "," + of.formatted("回族", "other"))));
    List<String> values = new ArrayList<>();
    for (JsonNode one : record.patient().path("extension")) {
      values.add(one.path("url").asString("") + "=" + one.path("valueString").asString(""));
    }
    assertThat(values).containsExactlyInAnyOrder(nation + "=回族", "urn:one=x", "urn:other=x");
  }

  @Test
  void whatIsSeenMaskedTakesNoPartBesideWhatIsSeenInFull() {
    Source masked =
        source(
            "a",
            9,
            "'name':[{'text':'王*二'}],'telecom':[{'value':'139****0001'}],'gender':'female'");
    ((ObjectNode) masked.patient().path("meta"))
        .putArray("tag")
        .addObject()
        .put("code", "SUBSETTED");
    Source whole = source("b", 1, "'name':[{'text':'王晓二'}]");
    var record = Golden.shipped().of("p", List.of(masked, whole));
    assertThat(name(record)).isEqualTo("王晓二");
    assertThat(record.patient().has("telecom")).isFalse();
    assertThat(record.left()).isEqualTo(1);
    assertThat(name(Golden.shipped().of("p", List.of(masked)))).isEqualTo("王*二");
  }

  @Test
  void theOrderOfTheSourcesChangesNothing() {
    var random = new Random(26);
    for (int round = 0; round < 60; round++) {
      List<Source> sources = new ArrayList<>();
      List<ObjectNode> people = PeopleForTests.people(random, 2 + random.nextInt(5));
      for (int i = 0; i < people.size(); i++) {
        ObjectNode patient = people.get(i).put("id", "p" + i);
        patient
            .putObject("meta")
            .put("versionId", "1")
            .put("lastUpdated", "2026-11-0" + (1 + random.nextInt(3)) + "T00:00:00Z");
        sources.add(Source.of(patient, "h" + random.nextInt(2)));
      }
      String first = Golden.shipped().of("p", sources).toString();
      for (int i = 0; i < 5; i++) {
        Collections.shuffle(sources, random);
        assertThat(Golden.shipped().of("p", sources).toString()).isEqualTo(first);
      }
    }
  }

  @Test
  void nobodyCanWriteItOverASource() {
    var record = Golden.shipped().of("p", List.of(source("a", 9, "'gender':'male'")));
    assertThat(record.patient().path("meta").toString()).contains("SUBSETTED");
    assertThat(record.patient().path("link").path(0).path("other").path("reference").asString())
        .isEqualTo("Patient/a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "[]",
        "{'version':'1','fields':[]}",
        "{'version':'','fields':[{'field':'name','keep':'one','prefer':[]}]}",
        "{'version':'1','fields':[{'field':'nickname','keep':'one','prefer':[]}]}",
        "{'version':'1','fields':[{'field':'name','keep':'some','prefer':[]}]}",
        "{'version':'1','fields':[{'field':'name','keep':'one','prefer':['luck']}]}",
        "{'version':'1','fields':[{'field':'name','keep':'one','prefer':[],'only':'x'}]}",
        "{'version':'1','fields':[{'field':'name','keep':'one','prefer':[]},{'field':'name','keep':'one','prefer':[]}]}",
        "{'version':'1','sources':[1],'fields':[{'field':'name','keep':'one','prefer':[]}]}"
      })
  void rulesThatCannotBeUsedAreRefusedWithTheirPlace(String json) {
    assertThatExceptionOfType(Survivorship.Unusable.class)
        .isThrownBy(() -> rules(json))
        .withMessageMatching(".+");
  }
}
