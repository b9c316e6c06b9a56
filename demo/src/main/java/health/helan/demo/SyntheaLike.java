package health.helan.demo;

import health.helan.demo.chance.Dice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A small corpus in the shapes that Synthea's FHIR R4 exporter uses, written for this project, for
 * tests where no Synthea data are at hand: hospital and practitioner bundles of type batch with
 * conditional creates, then patient bundles of type transaction with {@code urn:uuid:} references
 * inside and conditional references ({@code Practitioner?identifier=…}) to the first two; profiles,
 * narrative, nested and primitive extensions, contained resources, attachments, values of many
 * types, and decimals whose digits must survive ({@code 1.50}, {@code 100.0}, {@code 0.000123}).
 * Load in the order given. The people and places do not exist.
 */
public final class SyntheaLike {
  /** How many hospitals and practitioners there are. */
  public static final int HOSPITALS = 3;

  /** The most patients that can be asked for: their numbers have two digits. */
  public static final int MOST_PATIENTS = 19;

  private static final Pattern TOKEN = Pattern.compile("\\$\\{(\\w+)(?::(\\w+))?}");
  private static final int FIRST = 10;

  private SyntheaLike() {}

  /** All bundles in loading order: {@link #HOSPITALS} batches, as many again, then patients. */
  public static Stream<byte[]> bundles(int patients) {
    return Stream.of(hospitals(), practitioners(), patients(patients)).flatMap(one -> one);
  }

  /** Batches of an Organization and a Location each. */
  public static Stream<byte[]> hospitals() {
    return IntStream.range(0, HOSPITALS).mapToObj(i -> fill("hospitals.json", FIRST + i));
  }

  /** Batches of a Practitioner and a PractitionerRole each. */
  public static Stream<byte[]> practitioners() {
    return IntStream.range(0, HOSPITALS).mapToObj(i -> fill("practitioners.json", FIRST + i));
  }

  /**
   * Transactions of one patient with 31 resources each.
   *
   * @param count from 0 to {@link #MOST_PATIENTS}
   * @throws IllegalArgumentException if there are not so many
   */
  public static Stream<byte[]> patients(int count) {
    if (count < 0 || count > MOST_PATIENTS) {
      throw new IllegalArgumentException(
          "There are from 0 to " + MOST_PATIENTS + " patients, not " + count + ".");
    }
    return IntStream.range(0, count).mapToObj(i -> fill("patient.json", FIRST + i));
  }

  private static byte[] fill(String template, int number) {
    int hospital = FIRST + number % HOSPITALS;
    boolean patient = template.equals("patient.json");
    Matcher token = TOKEN.matcher(read(template));
    String filled =
        token.replaceAll(
            found ->
                switch (found.group(1)) {
                  case "n" -> Integer.toString(number);
                  case "day" -> "2025-03-" + number;
                  case "uuid" -> uuid(patient ? number + 100 : number, found.group(2));
                  // What a patient shares with others: a hospital and its doctor.
                  case "shared" ->
                      found.group(2).equals("n")
                          ? Integer.toString(hospital)
                          : uuid(hospital, found.group(2));
                  default -> throw new IllegalStateException("unknown token " + found.group());
                });
    return filled.replaceAll("\\R ?", "").getBytes(StandardCharsets.UTF_8);
  }

  private static String uuid(int number, String name) {
    return Dice.of(20_191, number, name.hashCode()).urnUuid().substring("urn:uuid:".length());
  }

  private static String read(String template) {
    try (InputStream stream = SyntheaLike.class.getResourceAsStream("synthea-like/" + template)) {
      if (stream == null) {
        throw new IllegalStateException("The template " + template + " is missing from the build.");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
