import Stripe from "stripe";

export const send = (host, key, body) => new Stripe(key, { host }).customers.create(body);
