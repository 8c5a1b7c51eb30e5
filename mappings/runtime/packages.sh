# Programs that the image lacks, from its own package manager.

bring() { # PROGRAM PACKAGE… ; fails where it is still not there
  _wanted=$1
  shift
  for _manager in apt-get apk microdnf dnf yum zypper; do
    command -v "$_manager" > /dev/null 2>&1 || continue
    echo "There is no $_wanted in this image: $_manager brings it"
    case $_manager in
      apt-get) apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" ;;
      apk) apk add -q --no-cache "$@" ;;
      zypper) zypper -q -n install "$@" ;;
      *) "$_manager" -q -y install "$@" ;;
    esac > /dev/null
    break
  done
  command -v "$_wanted" > /dev/null 2>&1
}
