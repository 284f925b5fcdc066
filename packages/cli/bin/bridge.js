#!/usr/bin/env node
// Here rather than in dist, so that the link to it can be made before anything is built.
import "../dist/bin.js";
