package health.helan.app.residents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import health.helan.foundation.residents.match.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** HELAN_MATCH_MODEL and HELAN_MATCH_POPULATION. */
class ModelSettingTests {
  private final Path folder;

  ModelSettingTests(@TempDir Path folder) {
    this.folder = folder;
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("model.json"), text).toString();
  }

  private String changed(Consumer<ObjectNode> change) throws IOException {
    ObjectNode model = Model.shipped().write();
    change.accept(model);
    return file(model.toString());
  }

  private static void refused(@Nullable String file, @Nullable String population, String why) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> ResidentsDoor.model(file, population))
        .withMessageContaining(why);
  }

  @Test
  void whereNothingIsSetThePlatformsOwnModelCompares() {
    assertThat(ResidentsDoor.model(null, "")).isSameAs(Model.shipped());
  }

  @Test
  void aFileOfOnesOwnIsTakenInItsPlace() throws IOException {
    Model model =
        ResidentsDoor.model(
            changed(
                file -> {
                  file.put("version", "ningxia-2026");
                  ((ObjectNode) file.path("thresholds")).put("same", 8.5);
                }),
            null);
    assertThat(model.version()).matches("ningxia-2026\\.[0-9a-f]{8}");
    assertThat(model.sameFrom()).isEqualTo(8.5);
    Model later =
        ResidentsDoor.model(
            changed(
                file -> {
                  file.put("version", "ningxia-2026");
                  ((ObjectNode) file.path("thresholds")).put("same", 9);
                }),
            "7200000");
    assertThat(later.version())
        .as("changed, though it says the same version")
        .startsWith("ningxia-2026.")
        .endsWith("+7200000")
        .doesNotContain(model.version());
  }

  @Test
  void anotherPopulationMakesAnotherModelSoThatAllIsComparedAnew() {
    Model model = ResidentsDoor.model(null, " 7200000 ");
    assertThat(model.population()).isEqualTo(7_200_000);
    assertThat(model.version()).isEqualTo(Model.shipped().version() + "+7200000");
    assertThat(ResidentsDoor.model(null, "1000000"))
        .as("the model's own")
        .isSameAs(Model.shipped());
  }

  @Test
  void whatIsNoModelKeepsThePlatformFromStarting() throws IOException {
    refused(folder.resolve("none.json").toString(), null, "cannot be read");
    refused(file("{"), null, "JSON");
    refused(file(""), null, "no model");
    refused(file("[]"), null, "no model");
    refused(changed(file -> file.put("version", "")), null, "version");
    refused(changed(file -> file.put("version", "a b")), null, "version");
    refused(changed(file -> file.put("population", 10)), null, "population");
    refused(changed(file -> file.put("population", "many")), null, "population");
    refused(
        changed(file -> ((ObjectNode) file.path("partners")).put("same", 0)),
        null,
        "partners same");
    refused(
        changed(file -> ((ObjectNode) file.path("thresholds")).put("possible", 9)),
        null,
        "thresholds");
    refused(
        changed(file -> ((ObjectNode) file.path("thresholds")).remove("same")),
        null,
        "thresholds same");
    refused(changed(file -> ((ObjectNode) file.path("fields")).remove("given")), null, "given");
    refused(
        changed(file -> ((ObjectNode) file.path("names").path("family")).put("张", 2)),
        null,
        "family name");
    refused(
        changed(file -> ((ObjectNode) file.path("names")).put("givenFloor", -1)),
        null,
        "givenFloor");
  }

  @Test
  void whatIsNoPopulationKeepsThePlatformFromStarting() {
    for (String wrong :
        new String[] {"999", "many", "-5", "1e6", "10000000001", "99999999999999"}) {
      refused(null, wrong, "HELAN_MATCH_POPULATION");
    }
  }
}
