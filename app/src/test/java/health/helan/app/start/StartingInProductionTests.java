package health.helan.app.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code HELAN_MODE=production} refuses what makes trying the platform out easy. */
class StartingInProductionTests {
  private static final Map<String, String> GOOD =
      Map.of("HELAN_MODE", "production", "HELAN_KEYSTORE_PASSPHRASE", "from the environment");

  private Path folder;

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  @Test
  void goesOnWhenAllIsAsItShouldBe() {
    assertThatCode(() -> start(GOOD, "--no-demo")).doesNotThrowAnyException();
    assertThatCode(
            () ->
                start(
                    with(
                        "HELAN_TRUSTED_PROXIES",
                        "10.0.0.7",
                        "HELAN_BASE_URL",
                        "https://helan.example"),
                    "--no-demo",
                    "--address",
                    "0.0.0.0"))
        .doesNotThrowAnyException();
    assertThatCode(
            () -> start(with("HELAN_TLS_P12", "tls.p12"), "--no-demo", "--address", "0.0.0.0"))
        .doesNotThrowAnyException();
  }

  @Test
  void asksNothingOutsideProduction() {
    assertThatCode(() -> start(Map.of(), "--address", "0.0.0.0")).doesNotThrowAnyException();
    assertThatCode(() -> start(Map.of("HELAN_MODE", "trial"))).doesNotThrowAnyException();
  }

  @Test
  void refusesWordsThatItDoesNotKnow() {
    refused(Map.of("HELAN_MODE", "produktion"), "HELAN_MODE takes", "HELAN_MODE 只能是");
  }

  @Test
  void refusesADemoRegion() throws Exception {
    refused(GOOD, "add --no-demo", "示范区域");
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(folder.resolve("data").resolve(StartCheck.DEMO_FILE), "complete");
    refused(GOOD, "A demo region was loaded into this data folder", "换一个 --data", "--no-demo");
  }

  @Test
  void refusesPlainHttpBeyondThisMachine() {
    for (String address : List.of("0.0.0.0", "::", "192.0.2.1")) {
      refused(GOOD, "speaks no plain HTTP", "明文 HTTP", "--no-demo", "--address", address);
    }
    refused(
        with("HELAN_TRUSTED_PROXIES", "10.0.0.7"),
        "set HELAN_TRUSTED_PROXIES and HELAN_BASE_URL",
        "HELAN_BASE_URL",
        "--no-demo",
        "--address",
        "0.0.0.0");
    refused(
        with("HELAN_BASE_URL", "http://helan.example"),
        "must begin with https://",
        "https:// 开头",
        "--no-demo");
  }

  @Test
  void refusesAKeyStoreWithoutPassphrase() {
    refused(Map.of("HELAN_MODE", "production"), "HELAN_KEYSTORE_PASSPHRASE", "密钥库口令", "--no-demo");
  }

  @Test
  void refusesToStoreUncheckedAndToAnswerPlainOrigins() {
    refused(with("HELAN_VALIDATION", "off"), "stores nothing unchecked", "校验", "--no-demo");
    refused(
        with("HELAN_CORS_ORIGINS", "https://a.example, http://b.example"),
        "https:// origins only",
        "https:// 来源",
        "--no-demo");
  }

  private static Map<String, String> with(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>(GOOD);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return environment;
  }

  private void start(Map<String, String> environment, String... options) {
    List<String> words = new ArrayList<>(List.of("--data", folder.resolve("data").toString()));
    words.addAll(List.of(options));
    StartCheck.all(RunArguments.parse(words), environment);
  }

  private void refused(
      Map<String, String> environment, String english, String chinese, String... options) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> start(environment, options))
        .withMessageContaining(english)
        .withMessageContaining(chinese)
        .satisfies(refusal -> assertThat(String.valueOf(refusal.getMessage()).lines()).hasSize(2));
  }
}
