package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a pharmacy is open; 2026-11-23 is a Monday. */
class HoursTests {
  private static Hours hours(String service) {
    return Hours.of(Json.MAPPER.readTree(service.replace('\'', '"')));
  }

  private static Instant at(String time) {
    return LocalDateTime.parse(time).atZone(Circulations.BEIJING).toInstant();
  }

  private static final Hours NIGHT =
      hours(
          """
          {'availableTime':[
            {'daysOfWeek':['mon','tue'],'availableStartTime':'08:00:00','availableEndTime':'12:00:00'},
            {'daysOfWeek':['mon'],'availableStartTime':'20:00:00','availableEndTime':'02:00:00'},
            {'daysOfWeek':['sun'],'availableStartTime':'22:00:00','availableEndTime':'00:00:00'}]}\
          """);

  private static void assertOpen(Hours hours, String at, boolean isOpen, @Nullable String changes) {
    assertThat(hours.isOpen(at(at))).as(at).isEqualTo(isOpen);
    assertThat(hours.changes(at(at))).as(at).isEqualTo(changes == null ? null : at(changes));
  }

  @Test
  void areSpansOfTheDayOfWhichOneMayGoOverNight() {
    assertOpen(NIGHT, "2026-11-23T07:59:59", false, "2026-11-23T08:00:00");
    assertOpen(NIGHT, "2026-11-23T08:00:00", true, "2026-11-23T12:00:00");
    assertOpen(NIGHT, "2026-11-23T12:00:00", false, "2026-11-23T20:00:00");
    assertOpen(NIGHT, "2026-11-23T23:00:00", true, "2026-11-24T02:00:00");
    assertOpen(NIGHT, "2026-11-24T01:59:59", true, "2026-11-24T02:00:00");
    assertOpen(NIGHT, "2026-11-24T02:00:00", false, "2026-11-24T08:00:00");
    assertOpen(NIGHT, "2026-11-25T01:00:00", false, "2026-11-29T22:00:00");
    assertOpen(NIGHT, "2026-11-29T23:59:59", true, "2026-11-30T00:00:00");
    assertOpen(NIGHT, "2026-11-30T00:00:00", false, "2026-11-30T08:00:00");
  }

  @Test
  void doNotCountWhileItIsClosed() {
    Hours hours =
        hours(
            """
            {'availableTime':[{'allDay':true}],'notAvailable':[
              {'description':'春节','during':{'start':'2026-11-24','end':'2026-11-25'}},
              {'description':'盘点','during':{'start':'2026-11-26T09:00:00+08:00','end':'2026-11-26T10:00:00+08:00'}},
              {'description':'无期限'}]}\
            """);
    assertOpen(hours, "2026-11-23T10:00:00", true, "2026-11-24T00:00:00");
    assertOpen(hours, "2026-11-24T00:00:00", false, "2026-11-26T00:00:00");
    assertOpen(hours, "2026-11-26T08:00:00", true, "2026-11-26T09:00:00");
    assertOpen(hours, "2026-11-26T10:00:00", true, null);
    Hours forEver = hours("{'notAvailable':[{'during':{'start':'2026'}}]}");
    assertOpen(forEver, "2026-11-26T10:00:00", false, null);
  }

  @Test
  void areNotKnownWhereTheyAreNotSaidAndNeverOfWhatIsNoTime() {
    assertThat(hours("{}").isOpen(at("2026-11-23T10:00:00"))).isNull();
    assertThat(hours("{}").changes(at("2026-11-23T10:00:00"))).isNull();
    Hours wrong =
        hours(
            """
            {'availableTime':[{'availableStartTime':'8'}],
             'notAvailable':[{'during':{'start':'x','end':'2027'}}]}\
            """);
    assertOpen(wrong, "2026-11-23T10:00:00", false, null);
  }
}
