package health.helan.pharmacy.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A base that somebody hands in: taken whole, or refused with every fault and its place. */
class KnowledgeReaderTests {
  private static final String GOOD =
      """
      {"format":"helan-drug-knowledge","formatVersion":1,"id":"licensed","version":"2026.1",
       "title":{"zh":"某知识库","en":"A base"},"verified":true,"source":{"zh":"某出版社","en":"a publisher"},"licence":"contract",
       "classes":[{"id":"nsaid","name":{"zh":"非甾体抗炎药","en":"NSAIDs"},"together":1}],
       "allergens":[{"id":"nsaid","name":{"zh":"解热镇痛药","en":"NSAIDs"},"atc":["M01A"],"words":["布洛芬"]}],
       "drugs":[{"id":"ibuprofen","name":{"zh":"布洛芬","en":"Ibuprofen"},"kind":"western","atc":["M01AE01"],"classes":["nsaid"],
         "allergens":["nsaid"],"products":[{"name":"布洛芬片","form":"tablet","route":"oral","unit":"片","strengths":[{"value":0.2,"unit":"g"}]}],
         "doses":[{"route":"oral","from":{"value":18,"unit":"a"},"single":{"min":200,"max":600},"daily":{"max":2.4e3},"unit":"mg"}],
         "renal":[{"below":30,"avoid":true}],"contraindicated":["K25.4"],"pregnancy":"caution"}],
       "interactions":[{"id":"x","a":{"drug":"ibuprofen"},"b":{"class":"nsaid"},"severity":"major","effect":{"zh":"出血","en":"bleeding"}}]}
      """;

  private static KnowledgeRefused refused(String file) {
    return catchThrowableOfType(
        KnowledgeRefused.class, () -> KnowledgeReader.read(file.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void takesAGoodOne() {
    Knowledge base = KnowledgeReader.read(GOOD.getBytes(StandardCharsets.UTF_8));
    assertThat(base.head().verified()).isTrue();
    Drug drug = Objects.requireNonNull(base.drug("ibuprofen"));
    assertThat(drug.doses().getFirst().dailyMax()).isEqualTo(2400);
    assertThat(drug.doses().getFirst().fromMonths()).isEqualTo(216);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "\"format\":\"helan-drug-knowledge\"~\"format\":\"x\"~format~knowledge.format",
        "\"formatVersion\":1~\"formatVersion\":2~formatVersion~knowledge.format-version",
        "\"daily\":~\"dayly\":~drugs[0].doses[0].dayly~knowledge.member",
        "\"min\":200~\"min\":900~drugs[0].doses[0].single~knowledge.order",
        "\"min\":200~\"min\":-1~drugs[0].doses[0].single.min~knowledge.number",
        "\"unit\":\"g\"~\"unit\":\"IU\"~drugs[0].products[0].strengths[0].unit~knowledge.word",
        "\"route\":\"oral\",\"unit\"~\"route\":\"mouth\",\"unit\"~drugs[0].products[0].route~knowledge.word",
        "\"kind\":\"western\"~\"kind\":\"magic\"~drugs[0].kind~knowledge.word",
        "\"kind\":\"western\"~\"kind\":\"western\",\"storage\":\"warm\"~drugs[0].storage~knowledge.word",
        "\"allergens\":[\"nsaid\"]~\"allergens\":[\"nuts\"]~drugs[0].allergens~knowledge.unknown",
        "\"b\":{\"class\":\"nsaid\"}~\"b\":{\"drug\":\"warfarin\"}~interactions[0]~knowledge.unknown",
        "\"severity\":\"major\"~\"severity\":\"bad\"~interactions[0].severity~knowledge.word",
        "\"contraindicated\":[\"K25.4\"]~\"contraindicated\":[\"ulcer\"]~drugs[0].contraindicated~knowledge.id",
        "\"zh\":\"布洛芬\",\"en\":\"Ibuprofen\"~\"zh\":\"布洛芬\"~drugs[0].name~knowledge.both-languages",
        "\"licence\":\"contract\"~\"licence\":\"\"~licence~knowledge.missing",
        "\"below\":30~\"below\":900~drugs[0].renal[0].below~knowledge.number",
        "{\"value\":18,\"unit\":\"a\"}~{\"value\":18,\"unit\":\"years\"}~drugs[0].doses[0].from~knowledge.age",
      })
  void refusesAFaultAndSaysWhere(String from, String to, String place, String key) {
    assertThat(GOOD).contains(from);
    KnowledgeRefused refused = refused(GOOD.replace(from, to));
    assertThat(refused).isNotNull();
    assertThat(refused.faults())
        .anySatisfy(
            fault -> {
              assertThat(fault.place()).isEqualTo(place);
              assertThat(fault.key()).isEqualTo(key);
            });
  }

  @Test
  void tellsAllFaultsAtOnce() {
    KnowledgeRefused refused =
        refused(GOOD.replace("\"kind\":\"western\"", "\"kind\":\"x\"").replace("M01AE01", "?"));
    assertThat(refused.faults()).hasSize(2);
  }

  @Test
  void refusesWhatIsNoJson() {
    assertThat(refused("{").faults().getFirst().key()).isEqualTo("knowledge.json");
  }
}
