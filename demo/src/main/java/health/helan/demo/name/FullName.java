package health.helan.demo.name;

/** A Chinese name: family name first, no space. */
public record FullName(String family, String given) {
  public String text() {
    return family + given;
  }
}
