package health.helan.bench.residents;

import java.time.LocalDate;

/**
 * A made-up person: what is true of them, before registers get to it.
 *
 * @param number identity number of an area that is assigned to no one
 * @param earlierGiven another given name they had; empty for none
 * @param mother name of the mother; empty for who has no mother in the household
 * @param mothersNumber her identity number
 * @param order of those born together; 0 for one alone
 */
record Someone(
    long id,
    long household,
    boolean uyghur,
    String family,
    String given,
    String earlierGiven,
    boolean female,
    LocalDate birth,
    String number,
    String phone,
    String earlierPhone,
    String familyPhone,
    Home home,
    Home earlierHome,
    String mother,
    String mothersNumber,
    int order) {
  /**
   * @param town empty in some towns of counties
   * @param house the numbers, the first that of the road
   */
  record Home(String city, String county, String town, String road, String estate, int[] house) {}

  /** Uyghur names: one's own, a middle dot, the father's. */
  String name() {
    return uyghur ? given + "·" + family : family + given;
  }
}
