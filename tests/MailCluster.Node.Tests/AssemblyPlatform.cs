// File modes and Unix sockets are part of what is tested here.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
