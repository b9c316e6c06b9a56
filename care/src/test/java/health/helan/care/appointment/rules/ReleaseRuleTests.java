package health.helan.care.appointment.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ReleaseRuleTests {
  private static final String SESSION =
      "{'url':'session','extension':[{'url':'day','valueCode':'mon'},{'url':'from','valueTime':'08:00:00'},"
          + "{'url':'to','valueTime':'11:45:00'},{'url':'capacity','valuePositiveInt':3}]}";

  private static JsonNode schedule(String parts) {
    return Json.MAPPER.readTree(
        "{'extension':[{'url':'%s','extension':[%s]}]}"
            .formatted(ReleaseRule.URL, parts)
            .replace('\'', '"'));
  }

  @Test
  void makesHalvesOfHoursOnItsDaysAndOpensThemSevenDaysBeforeAtEight() {
    var rule = ReleaseRule.of(schedule(SESSION + ",{'url':'closed','valueDate':'2026-12-07'}"));
    assertThat(rule.slots(LocalDate.of(2026, 12, 1))).isEmpty();
    assertThat(rule.slots(LocalDate.of(2026, 12, 7))).isEmpty();
    var monday = rule.slots(LocalDate.of(2026, 12, 14));
    // 11:30 to 12:00 would end after the session.
    assertThat(monday).hasSize(7);
    assertThat(monday.getFirst().start()).isEqualTo(Instant.parse("2026-12-14T00:00:00Z"));
    assertThat(monday.getFirst().end()).isEqualTo(Instant.parse("2026-12-14T00:30:00Z"));
    assertThat(monday).allMatch(slot -> slot.capacity() == 3);
    assertThat(rule.opens(LocalDate.of(2026, 12, 14)))
        .isEqualTo(Instant.parse("2026-12-07T00:00:00Z"));
    assertThat(rule.opensHeldBack(monday.getFirst()))
        .isEqualTo(Instant.parse("2026-12-13T00:00:00Z"));
    assertThat(rule.referralPercent()).isEqualTo(15);
  }

  @Test
  void whatIsHeldBackNeverOpensBeforeTheRest() {
    var rule =
        ReleaseRule.of(schedule(SESSION + ",{'url':'referral-hours','valueUnsignedInt':2000}"));
    var slot = rule.slots(LocalDate.of(2026, 12, 14)).getFirst();
    assertThat(rule.opensHeldBack(slot)).isEqualTo(rule.opens(slot.day()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{'url':'surprise','valueCode':'x'}",
        "{'url':'days-ahead','valuePositiveInt':91}",
        "{'url':'release-at','valueTime':'25:00:00'}",
        "{'url':'referral-percent','valueUnsignedInt':101}",
        "{'url':'fee','valueMoney':{'value':1.234}}",
        "{'url':'fee','valueMoney':{'value':-1}}",
        "{'url':'fee','valueMoney':{'value':1,'currency':'USD'}}",
        "{'url':'closed','valueDate':'2026-02-30'}",
        "{'url':'session','extension':[]}",
        "{'url':'session','extension':[{'url':'day','valueCode':'mon'},{'url':'from','valueTime':'09:00:00'},"
            + "{'url':'to','valueTime':'09:10:00'}]}",
        "{'url':'session','extension':[{'url':'day','valueCode':'mon'},{'url':'from','valueTime':'11:00:00'},"
            + "{'url':'to','valueTime':'12:00:00'}]}"
      })
  void refusesWhatMakesNoSense(String part) {
    // The last one overlaps with the session that is there.
    String parts = part.isEmpty() ? "" : SESSION + "," + part;
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> ReleaseRule.of(schedule(parts)))
        .matches(refused -> refused.messageKey().equals("appointment.rule-part"));
  }

  @Test
  void isMissedWhereThereIsNone() {
    JsonNode bare = Json.MAPPER.readTree("{}");
    assertThat(ReleaseRule.isSaid(bare)).isFalse();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> ReleaseRule.of(bare))
        .matches(refused -> refused.messageKey().equals("appointment.no-rule"));
  }
}
