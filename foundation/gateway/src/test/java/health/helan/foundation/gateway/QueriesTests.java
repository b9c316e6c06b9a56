package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.gateway.MllpTests.Sender;
import health.helan.foundation.store.AuditSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Cross-reference (PIX) and demographics (PDQ) queries over MLLP, on the connection they came on.
 */
class QueriesTests {
  private static GatewayForTests house;
  private static int port;
  private static Sender sender;
  private static int control;

  @BeforeAll
  static void open() throws IOException {
    house = GatewayForTests.open();
    port = GatewayForTests.freePort();
    house.feed(
        "his", "{\"port\":%d,\"queries\":true,\"systems\":{\"LAB\":\"urn:lab\"}}".formatted(port));
    sender = Sender.to(port);
    for (String[] person :
        new String[][] {
          {"P1", "张^小三", "19850307", "M"},
          {"P2", "张^小三", "19850307", "M"},
          {"P3", "张^丽", "1990", "F"},
          {"P4", "马^丽", "19900101", "F"}
        }) {
      assertThat(
              ask(
                  "ADT^A28",
                  "PID|1||%s^^^HIS^PI~L%s^^^LAB^PI||%s||%s|%s|||解放街12号^^银川^宁夏^750001||139000%s"
                      .formatted(person[0], person[0], person[1], person[2], person[3], person[0])))
          .contains("MSA|AA");
    }
    assertThat(ask("ADT^A40^ADT_A39", "PID|1||P2^^^HIS^PI||张^小三", "MRG|P1^^^HIS^PI"))
        .contains("MSA|AA");
  }

  @AfterAll
  static void close() throws IOException {
    sender.close();
    house.close();
  }

  private static String ask(String type, String... segments) throws IOException {
    sender.send(
        "MSH|^~\\&|HIS|HOSP|HELAN|REGION|20261126||%s|c%d|P|2.5\r%s\r"
            .formatted(type, ++control, String.join("\r", segments)));
    return sender.answer();
  }

  private static String pix(String qpd) throws IOException {
    return ask("QBP^Q23^QBP_Q21", "QPD|IHE PIX Query|tag1|" + qpd, "RCP|I");
  }

  private static String pdq(String qpd, String... more) throws IOException {
    List<String> segments = new ArrayList<>(List.of("QPD|IHE PDQ Query|tag2|" + qpd));
    segments.addAll(List.of(more));
    return ask("QBP^Q22^QBP_Q21", segments.toArray(String[]::new));
  }

  // ---- PIX

  @Test
  void aNumberGivesAllOthersOfThePersonOnceTwoAreMerged() throws IOException {
    String answer = pix("P1^^^HIS^PI");
    assertThat(answer)
        .contains("|RSP^K23^RSP_K23|")
        .contains("MSA|AA|c" + control + "\r")
        .contains("QAK|tag1|OK\r")
        .contains("QPD|IHE PIX Query|tag1|P1^^^HIS^PI\r")
        .contains("P2^^^HIS^PI")
        .contains("LP1^^^LAB^PI")
        .contains("LP2^^^LAB^PI")
        .contains("||~^^^^^^S")
        .doesNotContain("~P1^^^HIS")
        .doesNotContain("张");
    assertThat(pix("P1^^^HIS^PI|^^^LAB"))
        .contains("LP1^^^LAB^PI~LP2^^^LAB^PI")
        .doesNotContain("P2^^^HIS^PI~")
        .doesNotContain("~P2^^^HIS^PI");
  }

  @Test
  void whoHasNoOtherNumberThereIsNotFound() throws IOException {
    assertThat(pix("P3^^^HIS^PI|^^^HIS"))
        .contains("MSA|AA")
        .contains("QAK|tag1|NF")
        .doesNotContain("PID|");
  }

  @Test
  void eachErrorNamesItsPlace() throws IOException {
    assertThat(pix("nobody^^^HIS^PI"))
        .contains("MSA|AE")
        .contains("ERR||QPD^1^3^1^1|204^Unknown Key Identifier^HL70357|E")
        .contains("QAK|tag1|AE")
        .contains("没有人使用所查询的号码");
    assertThat(pix("P1^^^NOWHERE^PI")).contains("MSA|AE").contains("QPD^1^3^1^4|204^");
    assertThat(pix("P1^^^HIS^PI|^^^LAB~^^^NOWHERE")).contains("MSA|AE").contains("QPD^1^4^2|204^");
    assertThat(pix("")).contains("MSA|AE").contains("QPD^1^3|101^");
  }

  @Test
  void anotherInstitutionsNumbersAreNotThere() throws IOException {
    int there = GatewayForTests.freePort();
    house.feed(
        "other", "{\"port\":%d,\"queries\":true,\"institution\":\"elsewhere\"}".formatted(there));
    try (var other = Sender.to(waitFor(there))) {
      other.send(
          "MSH|^~\\&|X|Y|HELAN|REGION|20261126||QBP^Q23^QBP_Q21|o1|P|2.5\rQPD|IHE PIX Query|t|P1^^^&urn:x&URI\rRCP|I\r");
      assertThat(other.answer()).contains("MSA|AE");
      other.send(
          "MSH|^~\\&|X|Y|HELAN|REGION|20261126||QBP^Q22^QBP_Q21|o2|P|2.5\rQPD|IHE PDQ Query|t|@PID.5.1.1^张\rRCP|I\r");
      assertThat(other.answer()).contains("MSA|AA").contains("QAK|t|NF").doesNotContain("PID|");
    }
  }

  @Test
  void areAnsweredOnlyWhereTheFeedIsMeantTo() throws IOException {
    int port = GatewayForTests.freePort();
    house.feed("only-takes", "{\"port\":%d}".formatted(port));
    try (var other = Sender.to(waitFor(port))) {
      other.send(
          "MSH|^~\\&|X|Y|HELAN|REGION|20261126||QBP^Q22^QBP_Q21|n1|P|2.5\rQPD|IHE PDQ Query|t|@PID.5.1.1^张\rRCP|I\r");
      assertThat(other.answer()).contains("MSA|AR").contains("QAK|t|AR").doesNotContain("PID|");
    }
  }

  private static int waitFor(int port) throws IOException {
    for (int i = 0; ; i++) {
      try (var tried = Sender.to(port)) {
        assertThat(tried).isNotNull();
        return port;
      } catch (IOException e) {
        if (i == 100) {
          throw e;
        }
        try {
          Thread.sleep(50);
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      }
    }
  }

  @Test
  void aSuspendedFeedIsToldNothing() throws IOException {
    int closed = GatewayForTests.freePort();
    house.feed("closed", "{\"port\":%d,\"queries\":true,\"suspended\":true}".formatted(closed));
    try (var other = Sender.to(waitFor(closed))) {
      other.send(
          "MSH|^~\\&|X|Y|HELAN|REGION|20261126||QBP^Q23^QBP_Q21|s1|P|2.5\rQPD|IHE PIX Query|t|P1^^^HIS\rRCP|I\r");
      assertThat(other.answer()).contains("MSA|AR").contains("QAK|t|AR").doesNotContain("PID|");
    }
  }

  @Test
  void everyQueryLeavesATraceAndNoMessage() throws IOException {
    int before = house.audited.size();
    int messages =
        house.gateway.find(null, null, null, null, List.of(), null, null, null, 200).size();
    pix("P1^^^HIS^PI");
    pix("nobody^^^HIS^PI");
    List<AuditSink.Request> left = house.audited.subList(before, house.audited.size());
    assertThat(left).hasSize(2);
    assertThat(left.getFirst().operation()).isEqualTo("pix-query");
    assertThat(left.getFirst().status()).isEqualTo(200);
    assertThat(left.getFirst().subjects()).hasSize(2);
    assertThat(left.getFirst().caller()).isNotNull();
    assertThat(left.get(1).status()).isEqualTo(422);
    assertThat(house.gateway.find(null, null, null, null, List.of(), null, null, null, 200))
        .hasSize(messages);
  }

  // ---- PDQ

  @Test
  void peopleAreFoundByNameSexDayAndAddress() throws IOException {
    String answer = pdq("@PID.5.1.1^张~@PID.8^F");
    assertThat(answer)
        .contains("|RSP^K22^RSP_K21|")
        .contains("QAK|tag2|OK|IHE PDQ Query|1|1\r")
        .contains("PID|1||P3^^^HIS^PI~LP3^^^LAB^PI||张^丽||1990|F|||解放街12号^^银川^宁夏^750001||139000P3");
    assertThat(pdq("@PID.5.1.1^马~@PID.7.1^19900101")).contains("P4^^^HIS").contains("|1|1\r");
    assertThat(pdq("@PID.3.1^P4~@PID.3.4.1^HIS")).contains("马^丽");
    assertThat(pdq("@PID.11.3^银川~@PID.5.2^小*")).contains("张^小三").contains("|2|2\r");
    assertThat(pdq("@PID.5.1.1^张|||||^^^LAB"))
        .contains("LP1^^^LAB^PI")
        .doesNotContain("^^^HIS^PI~")
        .doesNotContain("||P1^^^HIS");
  }

  @Test
  void moreThanOnePageIsContinued() throws IOException {
    String first = pdq("@PID.11.3^银川", "RCP|I|2^RD");
    assertThat(first).contains("|4|2\r").contains("\rDSC|");
    String pointer = first.substring(first.indexOf("\rDSC|") + 5).split("\\|")[0];
    String second = pdq("@PID.11.3^银川", "RCP|I|2^RD", "DSC|" + pointer + "|I");
    assertThat(second).contains("|4|2\r").doesNotContain("\rDSC|");
    for (String one : List.of("||P1^", "||P2^", "||P3^", "||P4^")) {
      assertThat(first.contains(one) ^ second.contains(one)).as(one).isTrue();
    }
    assertThat(pdq("@PID.5.1.1^张", "RCP|I|2^RD", "DSC|" + pointer + "|I"))
        .contains("MSA|AE")
        .contains("DSC^1^1");
  }

  @Test
  void whatCannotBeAskedIsRefusedWithItsPlace() throws IOException {
    assertThat(pdq("@PID.18.1^12")).contains("MSA|AE").contains("QPD^1^3^1^1|103^");
    assertThat(pdq("@PID.5.1.1^张~@PID.7^yesterday"))
        .contains("MSA|AE")
        .contains("QPD^1^3^2^2|103^");
    assertThat(pdq("@PID.8^X")).contains("MSA|AE").contains("QPD^1^3^1^2|103^");
    assertThat(pdq("@PID.5.1.1^张|||||^^^NOWHERE")).contains("QPD^1^8^1|204^");
    assertThat(pdq("")).contains("MSA|AE").contains("101^");
    assertThat(pdq("@PID.5.1.1^无此人")).contains("MSA|AA").contains("QAK|tag2|NF");
  }

  @Test
  void anotherQueryIsAMessageAsBefore() throws IOException {
    assertThat(ask("QBP^Q11^QBP_Q11", "QPD|x|y")).contains("MSA|AR").contains("200");
  }
}
