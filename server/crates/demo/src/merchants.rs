//! The demo company's customers: who gets its invoices and reports its tickets.

#[derive(Clone, Copy)]
pub(crate) struct Merchant {
    pub(crate) name: &'static str,
    /// In Singapore, so that GST is charged; abroad the rate is zero.
    pub(crate) local: bool,
}

const fn merchant(name: &'static str, local: bool) -> Merchant {
    Merchant { name, local }
}

/// They joined in this order.
pub(crate) const MERCHANTS: [Merchant; 24] = [
    merchant("Harbour Kopi", true),
    merchant("Orchid Bakery", true),
    merchant("Satay Lane", true),
    merchant("Penang Noodle House", false),
    merchant("Lion City Fitness", true),
    merchant("Jade Garden Restaurants", false),
    merchant("Tiong Bahru Books", true),
    merchant("Mekong Tea", false),
    merchant("East Coast Seafood Group", true),
    merchant("Victoria Peak Spa", false),
    merchant("Marina Optics", true),
    merchant("Formosa Bubble Tea", false),
    merchant("Kampong Grill", true),
    merchant("Bukit Cinemas", true),
    merchant("Johor Family Mart", false),
    merchant("Raffles Pet Care", true),
    merchant("Siam Wellness", false),
    merchant("Little India Sweets", true),
    merchant("Kowloon Dim Sum", false),
    merchant("Sentosa Adventure Park", true),
    merchant("Manila Coffee Works", false),
    merchant("Novena Dental", true),
    merchant("Jakarta Fashion Hub", false),
    merchant("Clarke Quay Hotels", true),
];
