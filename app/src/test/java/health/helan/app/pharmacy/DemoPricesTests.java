package health.helan.app.pharmacy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.PriceItem;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.KnowledgeReader;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The demo pharmacies' drugs and the made-up payment standards name the same products. */
class DemoPricesTests {
  @Test
  void nameWhatTheDemoPharmaciesHave() {
    Map<String, String> products = new TreeMap<>();
    for (Drug drug : KnowledgeReader.demonstration().drugs()) {
      int kind = 0;
      for (Drug.Product product : drug.products()) {
        for (var unused : product.strengthsMg()) {
          kind++;
          assertThat(products.put(DemoPharmacies.code(drug, kind), product.unit())).isNull();
        }
      }
    }
    int drugs = 0;
    for (PriceItem item : PriceBook.demonstration()) {
      if (item.per() > 1) {
        assertThat(products).as(item.name()).containsEntry(item.code(), item.unit());
        drugs++;
      }
    }
    assertThat(drugs).isGreaterThan(250);
  }
}
