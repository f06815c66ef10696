import { createApp } from "vue";
import CreateForm from "./CreateForm.vue";

createApp(CreateForm).mount("#app");
