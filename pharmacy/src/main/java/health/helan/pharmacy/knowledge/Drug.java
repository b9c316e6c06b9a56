package health.helan.pharmacy.knowledge;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a knowledge base says of a drug (通用名). What is absent is not judged: a rule that asks for a
 * range that nobody gave stays silent.
 *
 * @param id within the knowledge base
 * @param atc codes of the WHO's Anatomical Therapeutic Chemical classification; empty for none
 * @param classes pharmacological classes, as interactions and rules name them
 * @param contains ids of the drugs in a compound; empty for a single substance
 * @param notBefore youngest age in months; 0 for any
 * @param contraindicated beginnings of ICD-10 codes
 * @param allergens groups of {@link Allergen} it belongs to
 * @param renal bands of the filtration rate, the lowest first
 * @param storage how it must be kept; null for as other drugs are
 */
public record Drug(
    String id,
    Term name,
    Kind kind,
    List<String> atc,
    Set<String> classes,
    List<String> contains,
    List<Product> products,
    List<Dose> doses,
    int notBefore,
    Caution pregnancy,
    Caution lactation,
    List<String> contraindicated,
    Set<String> allergens,
    List<RenalBand> renal,
    Control control,
    @Nullable Storage storage) {

  /** On whose prescription forms a drug stands: never together (处方管理办法). */
  public enum Kind {
    WESTERN("西药", "western drugs"),
    PATENT("中成药", "Chinese patent medicines"),
    HERBAL("中药饮片", "decoction pieces");

    private final Term title;

    Kind(String zh, String en) {
      title = new Term(zh, en);
    }

    public Term title() {
      return title;
    }

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Special control by law (特殊管理药品). */
  public enum Control {
    NONE("普通药品", "ordinary drug"),
    NARCOTIC("麻醉药品", "narcotic drug"),
    PSYCHOTROPIC_1("第一类精神药品", "psychotropic drug of class I"),
    PSYCHOTROPIC_2("第二类精神药品", "psychotropic drug of class II"),
    TOXIC("医疗用毒性药品", "toxic drug"),
    RADIOACTIVE("放射性药品", "radioactive drug"),
    PRECURSOR("药品类易制毒化学品", "drug with a precursor chemical");

    private final Term title;

    Control(String zh, String en) {
      title = new Term(zh, en);
    }

    public Term title() {
      return title;
    }

    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Null for a code that none has. */
    public static @Nullable Control of(String code) {
      for (Control each : values()) {
        if (each.code().equals(code)) {
          return each;
        }
      }
      return null;
    }
  }

  public boolean isKeptCold() {
    return storage == Storage.COLD;
  }

  /** What a drug needs that is kept in no ordinary cupboard. */
  public enum Storage {
    /** From 2 to 8 degrees Celsius. */
    COLD("须 2–8 ℃ 冷藏", "kept at 2 to 8 °C");

    private final Term title;

    Storage(String zh, String en) {
      title = new Term(zh, en);
    }

    public Term title() {
      return title;
    }

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Null for a code that none has. */
    public static @Nullable Storage of(String code) {
      for (Storage each : values()) {
        if (each.code().equals(code)) {
          return each;
        }
      }
      return null;
    }
  }

  /** How much is said against a use. */
  public enum Caution {
    NOTHING,
    CAUTION,
    CONTRAINDICATED
  }

  /**
   * A product by its full generic name.
   *
   * @param unit what is counted (片, 粒, 袋)
   * @param strengthsMg milligrams in one unit; empty where they are not told
   */
  public record Product(
      String name, String form, String route, String unit, List<Double> strengthsMg) {
    public Product {
      strengthsMg = List.copyOf(strengthsMg);
    }
  }

  /**
   * A range of doses.
   *
   * @param fromMonths youngest age, inclusive
   * @param toMonths first age that it no longer holds for
   * @param singleMin milligrams, or milligrams per kilogram; null where nothing is said
   * @param dailyMax in a day; where a drug is not taken every day, on average
   */
  public record Dose(
      String route,
      int fromMonths,
      int toMonths,
      @Nullable Double singleMin,
      @Nullable Double singleMax,
      @Nullable Double dailyMax,
      boolean perKg) {}

  /**
   * What holds below a filtration rate.
   *
   * @param below eGFR in mL/min/1.73 m2
   * @param dailyMax milligrams a day; null where the drug is to be avoided
   */
  public record RenalBand(int below, @Nullable Double dailyMax) {}
}
