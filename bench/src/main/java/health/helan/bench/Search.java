package health.helan.bench;

import java.util.Arrays;
import java.util.List;

/**
 * The searches that are measured. Those that {@link #counts} are the six of the target; the BP
 * panel is asked for by its own code, since systolic pressure (8480-6) is only a component of it in
 * Synthea's data and a search for it finds nothing.
 */
enum Search {
  IDENTIFIER(true, "Patient?identifier=", "/Patient?identifier={identifier}"),
  NAME(true, "Patient?name=&birthdate=", "/Patient?name={family}&birthdate={birthDate}"),
  PANEL(
      true,
      "Observation?patient=&code=85354-9&_sort=-date&_count=20",
      "/Observation?patient={id}&code=http%3A%2F%2Floinc.org%7C85354-9&_sort=-date&_count=20"),
  COMBO(
      false,
      "Observation?patient=&combo-code=8480-6&_sort=-date&_count=20",
      "/Observation?patient={id}&combo-code=http%3A%2F%2Floinc.org%7C8480-6&_sort=-date&_count=20"),
  CONDITION(true, "Condition?patient=&_count=20", "/Condition?patient={id}&_count=20"),
  EVERYTHING(true, "Patient/id/$everything?_count=20", "/Patient/{id}/$everything?_count=20"),
  EVERYTHING_200(
      false, "Patient/id/$everything?_count=200", "/Patient/{id}/$everything?_count=200"),
  INCLUDE(
      true,
      "Encounter?_include=Encounter:patient&date=ge2018&_count=50",
      "/Encounter?_include=Encounter:patient&date=ge2018&_count=50");

  private final boolean counts;
  private final String label;
  private final String template;

  Search(boolean counts, String label, String template) {
    this.counts = counts;
    this.label = label;
    this.template = template;
  }

  /** The searches of the target. */
  static List<Search> six() {
    return Arrays.stream(values()).filter(search -> search.counts).toList();
  }

  String label() {
    return label;
  }

  /** Path with places for a patient's data. */
  String template() {
    return template;
  }

  /** Phase at eight connections. */
  String busy() {
    return "search " + label;
  }

  /** Phase at one connection. */
  String alone() {
    return "alone " + label;
  }
}
