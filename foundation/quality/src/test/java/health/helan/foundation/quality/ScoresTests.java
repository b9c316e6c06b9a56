package health.helan.foundation.quality;

import static health.helan.foundation.quality.QualityServer.caller;
import static health.helan.foundation.quality.QualityServer.part;
import static health.helan.foundation.quality.QualityServer.system;
import static health.helan.foundation.quality.QualityServer.wholePatient;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.quality.score.Sums.Score;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Scores, the yearly report, and telling senders. */
class ScoresTests {
  private static final QualityServer SERVER = QualityServer.get();
  private static final Caller REGULATOR = caller(Role.REGULATOR, "");

  private static int year() {
    return LocalDate.now(QualityServer.ZONE).getYear();
  }

  private static Caller sent(String institution, int whole, int broken) {
    Caller sender = system(SERVER.institution(institution));
    for (int i = 0; i < whole + broken; i++) {
      SERVER.created(
          sender,
          i < whole
              ? wholePatient(institution)
              : wholePatient(institution).replace("'gender':'female',", ""));
    }
    SERVER.settle();
    return sender;
  }

  @Test
  void countEveryRecordAndCheckOfTheDay() {
    Caller sender = sent("score-day", 3, 1);
    Reply reply = SERVER.get(sender, "$quality-score");
    JsonNode score = reply.all("score").getFirst();
    assertThat(part(score, "dataset")).isEqualTo("Patient");
    assertThat(part(score, "records")).isEqualTo("4");
    assertThat(part(score, "failed")).isEqualTo("1");
    assertThat(part(score, "opened")).isEqualTo("1");
    assertThat(part(score, "day")).isEqualTo(LocalDate.now(QualityServer.ZONE).toString());
    long checks = Long.parseLong(part(score, "checks"));
    assertThat(checks)
        .isEqualTo(SERVER.number("select sum(checks) from quality_month where owner = 'score-day'"))
        .isGreaterThan(40);
    assertThat(part(score, "score"))
        .isEqualTo(String.valueOf(Score.percent(checks, 1)).replaceFirst("\\.0$", ".0"));
    assertThat(SERVER.number("select count(*) from quality_increment")).isZero();
  }

  @Test
  void areAddedUpAsIsAsked() {
    sent("score-by", 2, 2);
    JsonNode all =
        SERVER
            .get(REGULATOR, "$quality-score?institution=score-by&by=none")
            .all("score")
            .getFirst();
    assertThat(part(all, "records")).isEqualTo("4");
    assertThat(part(all, "institution")).isEmpty();
    JsonNode month =
        SERVER
            .get(REGULATOR, "$quality-score?institution=score-by&by=month")
            .all("score")
            .getFirst();
    assertThat(part(month, "day")).endsWith("-01");
    assertThat(
            SERVER
                .get(REGULATOR, "$quality-score?institution=score-by&dataset=Encounter")
                .all("score"))
        .isEmpty();
    assertThat(
            SERVER
                .get(
                    REGULATOR,
                    "$quality-score?institution=score-by&from=2001-01-01&to=2001-02-01&by=none")
                .all("score"))
        .isEmpty();
    for (String wrong : new String[] {"by=beauty", "from=yesterday", "to=2026-13-01"}) {
      assertThat(SERVER.get(REGULATOR, "$quality-score?" + wrong).status()).isEqualTo(400);
    }
    JsonNode open =
        SERVER.get(REGULATOR, "$quality-open?institution=score-by").all("rule").getFirst();
    assertThat(part(open, "rule")).isEqualTo("patient-sex");
    assertThat(part(open, "open")).isEqualTo("2");
    assertThat(part(open, "checks")).isEqualTo("4");
  }

  @Test
  void neverCallWhatHasAFaultAHundred() {
    assertThat(Score.percent(100_000, 1)).isEqualTo(99.9);
    assertThat(Score.percent(10, 0)).isEqualTo(100.0);
    assertThat(Score.percent(0, 0)).isNull();
    assertThat(Score.percent(3, 3)).isEqualTo(0.0);
  }

  @Test
  void makeTheReportOfAYear() {
    sent("score-year", 1, 1);
    Reply reply = SERVER.get(REGULATOR, "$quality-report?institution=score-year");
    JsonNode report = reply.json().path("entry").path(0).path("resource");
    assertThat(Validator.get().validate(reply.json(), Options.STORED)).isEmpty();
    assertThat(report.path("resourceType").asString()).isEqualTo("MeasureReport");
    assertThat(report.path("status").asString()).isEqualTo("pending");
    assertThat(report.path("reporter").path("reference").asString())
        .isEqualTo("Organization/score-year");
    JsonNode group = report.path("group").path(0);
    assertThat(group.path("population").path(0).path("count").asInt()).isEqualTo(2);
    assertThat(
            group.path("population").path(1).path("count").asInt()
                - group.path("population").path(2).path("count").asInt())
        .isEqualTo(1);
    assertThat(group.path("stratifier").path(0).path("stratum").size()).isGreaterThan(3);
    String csv =
        SERVER
            .send(
                REGULATOR,
                "GET",
                "$quality-report?institution=score-year&as=csv",
                null,
                "Accept-Language",
                "zh")
            .text();
    assertThat(csv).contains("年度,机构,数据集", year() + ",score-year,Patient,2,合计,");
    assertThat(SERVER.get(REGULATOR, "$quality-report?year=1999").status()).isEqualTo(400);
    assertThat(SERVER.get(REGULATOR, "$quality-report?as=pdf").status()).isEqualTo(400);
    assertThat(SERVER.get(REGULATOR, "$quality-report?year=2001").json().has("entry")).isFalse();
  }

  @Test
  void areToldToSendersOnceADayAndAgainWhenTheyChange() {
    Caller sender = sent("score-told", 0, 2);
    Caller other = system(SERVER.institution("score-not-told"));
    SERVER.quality.tellSenders();
    assertThat(SERVER.quality.tellSenders()).as("nothing new").isZero();
    String search = "Task?code=https://helan.health/fhir/CodeSystem/quality-notice%7Cfindings";
    JsonNode found = SERVER.get(sender, search).json();
    assertThat(found.path("entry").size()).isEqualTo(1);
    JsonNode task = found.path("entry").path(0).path("resource");
    assertThat(task.path("owner").path("reference").asString())
        .isEqualTo("Organization/score-told");
    assertThat(task.path("input").path(1).path("valueInteger").asInt()).isEqualTo(2);
    assertThat(task.path("input").path(2).path("valueInteger").asInt()).isEqualTo(2);
    assertThat(SERVER.get(other, search).json().path("entry").size()).isZero();

    SERVER.created(sender, wholePatient("score-told").replace("'gender':'female',", ""));
    SERVER.settle();
    assertThat(SERVER.quality.tellSenders()).isEqualTo(1);
    JsonNode again = SERVER.get(sender, search).json();
    assertThat(again.path("entry").size()).isEqualTo(1);
    assertThat(
            again
                .path("entry")
                .path(0)
                .path("resource")
                .path("input")
                .path(1)
                .path("valueInteger")
                .asInt())
        .isEqualTo(3);
  }
}
